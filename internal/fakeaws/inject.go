package fakeaws

import (
	"bytes"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// inject carries out the part of a fault that comes before the processing. It
// reports whether the call ends here.
func (s *Server) inject(x *exchange, f *Fault, w http.ResponseWriter) bool {
	s.mu.Lock()
	x.call.Fault = string(f.Kind)
	s.mu.Unlock()
	if f.Delay > 0 && !s.wait(x.http, f.Delay) {
		panic(http.ErrAbortHandler)
	}
	switch f.Kind {
	case FaultDropUnread, FaultDropBefore:
		panic(http.ErrAbortHandler) // closes the connection without a word
	case FaultHang:
		s.wait(x.http, 24*time.Hour)
		panic(http.ErrAbortHandler)
	case FaultRedirect:
		s.mu.Lock()
		x.call.Status = http.StatusFound
		s.mu.Unlock()
		s.write(w, x, &answer{status: http.StatusFound, header: http.Header{"Location": {f.Location}}})
		return true
	}
	if f.Kind == FaultAlias && x.params != nil {
		for key, value := range x.params.values {
			x.params.values[key] = strings.ReplaceAll(value, f.Alias, f.Name)
		}
	}
	refusal := f.refusal()
	if refusal == nil {
		return false
	}
	s.mu.Lock()
	reply := s.refuse(x, refusal)
	s.mu.Unlock()
	s.write(w, x, reply)
	return true
}

// spoil damages the answer to a call that was processed.
func (s *Server) spoil(x *exchange, f *Fault, reply *answer, w http.ResponseWriter) {
	switch f.Kind {
	case FaultHangAfter:
		s.wait(x.http, 24*time.Hour)
		panic(http.ErrAbortHandler)
	case FaultDropAfter:
		panic(http.ErrAbortHandler)
	case FaultGarbage:
		reply.status = http.StatusOK
		reply.body = []byte("<html>\x00<body>502 Bad Gateway</nonsense")
	case FaultAlias:
		reply.body = bytes.ReplaceAll(reply.body, []byte(f.Name), []byte(f.Alias))
	case FaultTruncate:
		w.Header().Set("Content-Length", strconv.Itoa(len(reply.body)))
		reply.body = reply.body[:len(reply.body)/2]
	}
}

// wait sleeps in real time. It ends early, with false, when the client goes or
// the server closes.
func (s *Server) wait(r *http.Request, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-r.Context().Done():
	case <-s.closed:
	}
	return false
}
