package main

import (
	"io"
	"strings"
	"sync"
)

// visits is what a server has seen of its command: a letter for each kind of request.
type visits string

const (
	askedVisit    = "a" // a request for the session
	refusedVisit  = "r" // one that was refused
	unknownVisits = visits("?")
)

// none reports whether nobody came.
func (v visits) none() bool { return v == "" }

// refused reports whether somebody came and got no session.
func (v visits) refused() bool {
	return strings.Contains(string(v), refusedVisit) && !strings.Contains(string(v), askedVisit)
}

// newVisit returns a function that writes the letter of a kind of request to told, once.
func newVisit(told io.Writer, kind string) func() {
	return sync.OnceFunc(func() { _, _ = io.WriteString(told, kind) })
}
