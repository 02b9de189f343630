package fakeaws

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// controlLag sets the Lag: new_key, old_key, listing, policies, devices,
// new_device, last_used and reads are durations, flap is a text of 0 and 1,
// endpoint may be there several times as "sts/eu-west-1=5s". What is not given is no lag.
func (s *Server) controlLag(r *http.Request) (any, error) {
	l := Lag{Flap: r.FormValue("flap"), Endpoints: map[string]time.Duration{}}
	if strings.Trim(l.Flap, "01") != "" {
		return nil, fmt.Errorf("flap is %q", l.Flap)
	}
	for name, into := range map[string]*time.Duration{
		"new_key": &l.NewKey, "old_key": &l.OldKey, "listing": &l.Listing, "policies": &l.Policies, "devices": &l.Devices,
		"new_device": &l.NewDevice, "last_used": &l.LastUsed, "reads": &l.Reads,
	} {
		if text := r.FormValue(name); text != "" {
			d, err := time.ParseDuration(text)
			if err != nil {
				return nil, err
			}
			*into = d
		}
	}
	for _, text := range r.Form["endpoint"] {
		name, duration, _ := strings.Cut(text, "=")
		d, err := time.ParseDuration(duration)
		if err != nil {
			return nil, fmt.Errorf("endpoint %q: %w", text, err)
		}
		l.Endpoints[name] = d
	}
	s.SetLag(l)
	return done{}, nil
}

func (s *Server) controlPageSize(r *http.Request) (any, error) {
	n, err := strconv.Atoi(r.FormValue("n"))
	if err != nil || n < 0 {
		return nil, fmt.Errorf("n is %q", r.FormValue("n"))
	}
	s.SetPageSize(n)
	return done{}, nil
}

// controlEndSessions: with_keys is 1 or 0.
func (s *Server) controlEndSessions(r *http.Request) (any, error) {
	end, err := strconv.ParseBool(r.FormValue("with_keys"))
	if err != nil {
		return nil, err
	}
	s.EndSessionsWithKeys(end)
	return done{}, nil
}

// controlIAMRegion: any is 1 or 0.
func (s *Server) controlIAMRegion(r *http.Request) (any, error) {
	accept, err := strconv.ParseBool(r.FormValue("any"))
	if err != nil {
		return nil, err
	}
	s.AcceptAnyIAMRegion(accept)
	return done{}, nil
}

// controlAddAccount makes an account with nothing in it but a root key, from
// {"id": …, "partition": …, "mfa": …}, and answers with the Info of root.
func (s *Server) controlAddAccount(r *http.Request) (any, error) {
	var in struct {
		ID        string `json:"id"`
		Partition string `json:"partition"` // aws unless given
		MFA       bool   `json:"mfa"`       // whether root has a device
	}
	if err := readControl(r, &in); err != nil {
		return nil, err
	}
	if len(in.ID) != 12 || strings.Trim(in.ID, "0123456789") != "" {
		return nil, fmt.Errorf("account %q is not twelve digits", in.ID)
	}
	if in.Partition == "" {
		in.Partition = "aws"
	}
	if iamRegions()[in.Partition] == "" {
		return nil, fmt.Errorf("no partition %q", in.Partition)
	}
	root := s.AddAccountIn(in.Partition, in.ID).Root()
	key := root.AddAccessKey()
	info := Info{Endpoint: s.URL(), Account: in.ID, User: "root", AccessKeyID: key.ID, SecretAccessKey: key.Secret}
	if in.MFA {
		device := root.EnableMFA("")
		info.MFASerial, info.MFASeed = device.Serial, device.Seed
	}
	return info, nil
}

// controlKeys lists what is true of the keys of a user, or of root as "root",
// in the standard account or another one.
func (s *Server) controlKeys(r *http.Request) (any, error) {
	u, err := s.controlUser(r)
	if err != nil {
		return nil, err
	}
	return u.AccessKeys(), nil
}

// controlAddKey gives such a user one more key, secret and all.
func (s *Server) controlAddKey(r *http.Request) (any, error) {
	u, err := s.controlUser(r)
	if err != nil {
		return nil, err
	}
	key := u.AddAccessKey()
	if text := r.FormValue("age"); text != "" {
		d, err := time.ParseDuration(text)
		if err != nil {
			return nil, err
		}
		key.SetCreated(s.Now().Add(-d))
	}
	return map[string]string{"access_key_id": key.ID, "secret_access_key": key.Secret}, nil
}

// controlAddSecurityKey gives such a user a security key.
func (s *Server) controlAddSecurityKey(r *http.Request) (any, error) {
	u, err := s.controlUser(r)
	if err != nil {
		return nil, err
	}
	return map[string]string{"serial": u.AddSecurityKey("key").Serial}, nil
}

// controlState shows the state of an account, the standard one unless given.
func (s *Server) controlState(r *http.Request) (any, error) {
	id := r.FormValue("account")
	if w, err := s.theStandard(); err == nil && id == "" {
		id = w.Account.ID
	}
	s.mu.Lock()
	a := s.accounts[id]
	s.mu.Unlock()
	if a == nil {
		return nil, fmt.Errorf("no account %q", id)
	}
	return a.State(), nil
}

// controlUser finds the user of the parameters user and account; the standard
// person unless given.
func (s *Server) controlUser(r *http.Request) (*User, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	name, id := r.FormValue("user"), r.FormValue("account")
	if s.standard != nil && id == "" {
		id = s.standard.Account.ID
		if name == "" {
			return s.standard.User, nil
		}
	}
	account := s.accounts[id]
	if account == nil {
		return nil, fmt.Errorf("no account %q", id)
	}
	if name == "root" {
		return account.root, nil
	}
	if u := account.userNamed(name); u != nil {
		return u, nil
	}
	return nil, fmt.Errorf("no user %q in account %s", name, id)
}
