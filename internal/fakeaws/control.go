package fakeaws

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// controlPrefix is where the control API lives, beside the services on the
// same listener. It is for tests that are no Go programs.
const controlPrefix = "/_fake/"

func (s *Server) controlMux() *http.ServeMux {
	mux := http.NewServeMux()
	for pattern, handle := range map[string]func(r *http.Request) (any, error){
		"GET calls":            s.controlCalls,
		"GET clock":            s.controlClock,
		"GET info":             s.controlInfo,
		"POST reset-calls":     func(*http.Request) (any, error) { s.ResetCalls(); return done{}, nil },
		"POST clock":           s.controlClock,
		"POST fault":           s.controlFault,
		"POST clear-faults":    func(*http.Request) (any, error) { s.ClearFaults(); return done{}, nil },
		"POST session-seconds": s.controlSessionSeconds,
		"POST disable-region":  s.controlDisableRegion,
		"POST key":             s.controlKey,
		"POST users":           s.controlAddUser,
		"POST roles":           s.controlAddRole,
		"POST policies":        s.controlPutPolicy,
		"POST bucket":          s.controlAddBucket,
		"POST accounts":        s.controlAddAccount,
		"GET keys":             s.controlKeys,
		"POST keys":            s.controlAddKey,
		"GET state":            s.controlState,
		"POST security-key":    s.controlAddSecurityKey,
		"POST lag":             s.controlLag,
		"POST page-size":       s.controlPageSize,
		"POST end-sessions":    s.controlEndSessions,
		"POST iam-region":      s.controlIAMRegion,
	} {
		method, name, _ := strings.Cut(pattern, " ")
		mux.HandleFunc(method+" "+controlPrefix+name, jsonHandler(handle))
	}
	mux.HandleFunc("GET "+controlPrefix+"code", s.controlCode)
	return mux
}

// done is an answer without anything in it.
type done struct{}

func jsonHandler(handle func(r *http.Request) (any, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		result, err := handle(r)
		w.Header().Set("Content-Type", "application/json")
		if err != nil {
			w.WriteHeader(http.StatusBadRequest)
			result = map[string]string{"error": err.Error()}
		}
		json.NewEncoder(w).Encode(result) // the client may be gone
	}
}

type controlCallsJSON struct {
	Count         int    `json:"count"`
	RepeatedCodes int    `json:"repeated_codes"`
	Calls         []Call `json:"calls"`
}

func (s *Server) controlCalls(r *http.Request) (any, error) {
	calls := s.Calls(r.FormValue("action"))
	return controlCallsJSON{len(calls), len(s.RepeatedCodes()), calls}, nil
}

// controlClock moves the clock by advance, sets it to set, stops it at freeze,
// and says what it shows.
func (s *Server) controlClock(r *http.Request) (any, error) {
	if text := r.FormValue("advance"); text != "" {
		d, err := time.ParseDuration(text)
		if err != nil {
			return nil, err
		}
		s.Advance(d)
	}
	for name, act := range map[string]func(time.Time){"set": s.SetClock, "freeze": s.Freeze} {
		if text := r.FormValue(name); text != "" {
			t, err := time.Parse(time.RFC3339, text)
			if err != nil {
				return nil, err
			}
			act(t)
		}
	}
	return map[string]string{"now": s.Now().Format(time.RFC3339Nano)}, nil
}

func (s *Server) controlFault(r *http.Request) (any, error) {
	f := Fault{
		Action: r.FormValue("action"), Kind: FaultKind(r.FormValue("kind")), Name: r.FormValue("name"), Alias: r.FormValue("alias"),
		Code: r.FormValue("code"), Message: r.FormValue("message"), Location: r.FormValue("location"),
	}
	for name, into := range map[string]*int{"nth": &f.Nth, "times": &f.Times, "status": &f.Status} {
		if text := r.FormValue(name); text != "" {
			n, err := strconv.Atoi(text)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", name, err)
			}
			*into = n
		}
	}
	if text := r.FormValue("delay"); text != "" {
		d, err := time.ParseDuration(text)
		if err != nil {
			return nil, err
		}
		f.Delay = d
	}
	return done{}, s.AddFault(f)
}

func (s *Server) controlSessionSeconds(r *http.Request) (any, error) {
	n, err := strconv.Atoi(r.FormValue("n"))
	if err != nil || n < 0 {
		return nil, fmt.Errorf("n is %q", r.FormValue("n"))
	}
	s.SetSessionLife(time.Duration(n) * time.Second)
	return done{}, nil
}

func (s *Server) controlDisableRegion(r *http.Request) (any, error) {
	region := r.FormValue("region")
	if !regionKnown(region) {
		return nil, fmt.Errorf("no region %q", region)
	}
	s.DisableRegion(region)
	return done{}, nil
}

// controlCode shows a code that was not accepted yet, as plain text. When
// there is none: wait=1 waits for it, advance=1 lets the device run ahead, and
// otherwise 503 says when to come again.
func (s *Server) controlCode(w http.ResponseWriter, r *http.Request) {
	d, err := s.deviceBySerial(r.FormValue("serial"))
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	for {
		if code, fresh := d.FreshCode(); fresh {
			fmt.Fprintln(w, code)
			return
		}
		switch {
		case r.FormValue("advance") == "1":
			d.RunAhead()
		case r.FormValue("wait") == "1":
			if !s.wait(r, 100*time.Millisecond) {
				return
			}
		default:
			w.Header().Set("Retry-After", strconv.FormatInt(30-s.Now().Unix()%30, 10))
			http.Error(w, "every code of this moment was accepted before", http.StatusServiceUnavailable)
			return
		}
	}
}

// deviceBySerial finds a device; "" is the standard person's.
func (s *Server) deviceBySerial(serial string) (*MFADevice, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if serial == "" && s.standard != nil {
		return s.standard.Device, nil
	}
	for _, a := range s.accounts {
		if d := a.devices[serial]; d != nil {
			return d, nil
		}
	}
	return nil, fmt.Errorf("no device %q", serial)
}

var errNoStandard = errors.New("this server has no standard account")
