package fakeaws

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// FaultKind is a way in which a call goes wrong.
type FaultKind string

const (
	FaultError       FaultKind = "error"       // answers Status, Code and Message; nothing is done
	FaultThrottle    FaultKind = "throttle"    // answers 400 Throttling; nothing is done
	FaultUnavailable FaultKind = "unavailable" // answers 503 ServiceUnavailable; nothing is done
	FaultRedirect    FaultKind = "redirect"    // answers 302 to Location; nothing is done
	FaultDelay       FaultKind = "delay"       // waits for Delay, then goes on as usual
	FaultHang        FaultKind = "hang"        // never answers; nothing is done
	FaultHangAfter   FaultKind = "hang-after"  // does what was asked, and never answers
	FaultDropUnread  FaultKind = "drop-unread" // cuts the connection before the body is read; for any action only
	FaultDropBefore  FaultKind = "drop-before" // cuts the connection; nothing is done
	FaultDropAfter   FaultKind = "drop-after"  // does what was asked, then cuts the connection: the code is spent
	FaultGarbage     FaultKind = "garbage"     // does what was asked and answers 200 with what is no XML
	FaultTruncate    FaultKind = "truncate"    // does what was asked and answers half of it
	FaultAlias       FaultKind = "alias"       // has another name for something: says Alias for Name, and takes it
)

// Fault is an order to let calls fail. Delay applies to every kind.
type Fault struct {
	Action   string // "" for any
	Nth      int    // the first call it hits, counted from when it is set; 0 or 1 is the next one
	Times    int    // how many calls it hits from then on; 0 is one, negative is all
	Kind     FaultKind
	Status   int // of FaultError; 0 is what AWS answers Code with, else 400
	Code     string
	Message  string // "" is AWS's text for Code, if it is a well-known one
	Location string // of FaultRedirect
	Name     string // of FaultAlias
	Alias    string // of FaultAlias
	Delay    time.Duration
}

type armedFault struct {
	Fault
	seen int
}

// AddFault arms a fault. Of several that fit a call, the first armed is taken;
// all of them count the call.
func (s *Server) AddFault(f Fault) error {
	kinds := []FaultKind{
		FaultError, FaultThrottle, FaultUnavailable, FaultRedirect, FaultDelay, FaultHang, FaultHangAfter,
		FaultDropUnread, FaultDropBefore, FaultDropAfter, FaultGarbage, FaultTruncate, FaultAlias,
	}
	if !slices.Contains(kinds, f.Kind) {
		return fmt.Errorf("no fault of kind %q", f.Kind)
	}
	if f.Kind == FaultDropUnread && f.Action != "" {
		return fmt.Errorf("the action is in the body: %q cannot be limited to %q", f.Kind, f.Action)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = append(s.faults, &armedFault{Fault: f})
	return nil
}

// ClearFaults disarms all faults.
func (s *Server) ClearFaults() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.faults = nil
}

// takeFault counts the call for the faults that fit it. unread is true before
// the body was read and false after, so that a fault counts a call once.
func (s *Server) takeFault(action string, unread bool) *Fault {
	s.mu.Lock()
	defer s.mu.Unlock()
	var hit *Fault
	for _, f := range s.faults {
		if unread != (f.Kind == FaultDropUnread) || f.Action != "" && f.Action != action {
			continue
		}
		f.seen++
		first, times := max(f.Nth, 1), f.Times
		if times == 0 {
			times = 1
		}
		if hit == nil && f.seen >= first && (times < 0 || f.seen < first+times) {
			hit = &f.Fault
		}
	}
	return hit
}

// refusal is the answer of a fault that answers instead of the service.
func (f *Fault) refusal() *apiError {
	switch f.Kind {
	case FaultThrottle:
		return &apiError{http.StatusBadRequest, "Throttling", "Rate exceeded"}
	case FaultUnavailable:
		return &apiError{http.StatusServiceUnavailable, "ServiceUnavailable", "Service is unable to handle request."}
	case FaultError:
		e := wellKnown(f.Code)
		if f.Status != 0 {
			e.status = f.Status
		}
		if f.Message != "" {
			e.message = f.Message
		}
		return e
	}
	return nil
}

// wellKnown is an error that AWS answers for no reason a client could see.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeactivateMFADevice.html#API_DeactivateMFADevice_Errors
func wellKnown(code string) *apiError {
	switch code {
	case "AccessDenied":
		return errAccessDenied("Access Denied")
	case "InvalidClientTokenId":
		return errInvalidToken()
	case "EntityTemporarilyUnmodifiable":
		return &apiError{http.StatusConflict, code, "The entity is temporarily unmodifiable. Please wait several minutes and try again."}
	case "ConcurrentModification":
		return &apiError{http.StatusConflict, code, "The request was rejected because multiple requests to change this object were submitted simultaneously. " +
			"Wait a few minutes and submit your request again."}
	case "LimitExceeded", "EntityAlreadyExists", "DeleteConflict":
		return &apiError{http.StatusConflict, code, ""}
	case "NoSuchEntity":
		return &apiError{http.StatusNotFound, code, ""}
	case "ServiceFailure", "InternalFailure":
		return &apiError{http.StatusInternalServerError, code, "The request processing has failed because of an unknown error, exception or failure."}
	}
	return &apiError{http.StatusBadRequest, code, ""}
}
