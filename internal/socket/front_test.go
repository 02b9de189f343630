package socket

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/session"
)

func living(id string, left time.Duration) session.Session {
	return session.Session{Credentials: credential.Credentials{AccessKeyID: id, Expiration: time.Now().Add(left)}}
}

// TestFront: a client is answered within a second, by the session before while a question
// is open; one question is open at a time; a no is not followed by the next question.
func TestFront(t *testing.T) {
	type result struct {
		s   session.Session
		err error
	}
	asked, answers := atomic.Int32{}, make(chan result)
	f := NewFront(t.Context(), func(ctx context.Context) (session.Session, error) {
		asked.Add(1)
		r := <-answers
		return r.s, r.err
	})
	current := func() (string, error) {
		t.Helper()
		started := time.Now()
		s, err := f.Current()
		if took := time.Since(started); took > time.Second {
			t.Errorf("it took %s", took)
		}
		return s.AccessKeyID, err
	}
	if _, err := current(); err == nil || !strings.Contains(err.Error(), "a question may be open") {
		t.Error(err)
	}
	answers <- result{s: living("one", time.Hour)}
	if id, err := current(); id != "one" || err != nil { // it may have begun the next try
		t.Error(id, err)
	}
	if id, err := current(); id != "one" || err != nil {
		t.Error(id, err)
	}
	if n := asked.Load(); n != 2 {
		t.Errorf("%d questions, want the one that was answered and the one that is open", n)
	}
	answers <- result{err: failure.New(failure.NeedPerson, "the answer was no")}
	for range 3 {
		if id, err := current(); id != "one" || err != nil { // it still lives
			t.Error(id, err)
		}
	}
	f.mu.Lock()
	f.held = session.Session{}
	f.mu.Unlock()
	if _, err := current(); err == nil || !strings.Contains(err.Error(), "the answer was no") {
		t.Error(err)
	}
	if n := asked.Load(); n != 2 {
		t.Errorf("after a no there were %d questions", n)
	}
	f.mu.Lock()
	f.problem = errors.New("old")
	f.again = time.Now()
	f.mu.Unlock()
	if _, err := current(); err == nil || strings.Contains(err.Error(), "old") || asked.Load() != 3 {
		t.Error(err, asked.Load())
	}
	answers <- result{s: living("two", time.Hour)}
}
