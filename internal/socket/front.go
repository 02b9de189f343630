package socket

import (
	"context"
	"sync"
	"time"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/session"
)

// Front answers clients that wait for no longer than a second, such as SDKs that ask a
// container endpoint, from something that may have to ask a person. Meanwhile it gives the
// session before, as long as that lives.
type Front struct {
	get func(context.Context) (session.Session, error)
	ctx context.Context // of the whole server

	mu      sync.Mutex
	held    session.Session
	problem error
	again   time.Time     // no try before that
	asking  chan struct{} // closed when the try under way ends; nil: there is none
}

const (
	// atOnce is how long a client is kept waiting. The JavaScript SDK gives up after a second.
	atOnce = 700 * time.Millisecond
	// afterNo is the pause before a person is asked again who said no, or was not there.
	afterNo = time.Minute
	// afterProblem is the pause before the next try, so that a loop of a program is none here.
	afterProblem = 2 * time.Second
)

// NewFront returns a front of get, whose tries end with ctx.
func NewFront(ctx context.Context, get func(context.Context) (session.Session, error)) *Front {
	return &Front{ctx: ctx, get: get}
}

// Current returns a session, or why there is none yet. It waits for a moment.
func (f *Front) Current() (session.Session, error) {
	select {
	case <-f.try():
	case <-time.After(atOnce):
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case f.held.Left(time.Now()) > 0:
		return f.held, nil
	case f.problem != nil:
		return session.Session{}, f.problem
	}
	return session.Session{}, failure.New(failure.NeedPerson, "there is no session yet: a question may be open where the server was started; try again when it is answered")
}

// try begins to get a session, unless that is under way or has just failed.
func (f *Front) try() <-chan struct{} {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.asking != nil {
		return f.asking
	}
	done := make(chan struct{})
	if f.problem != nil && time.Now().Before(f.again) {
		close(done)
		return done
	}
	f.asking, f.problem = done, nil
	go func() {
		ctx, cancel := context.WithTimeout(f.ctx, broker.CallerLimits.Run)
		defer cancel()
		s, err := f.get(ctx)
		f.mu.Lock()
		defer f.mu.Unlock()
		f.asking, f.problem = nil, err
		if err == nil {
			f.held = s
		} else {
			f.again = time.Now().Add(afterProblem)
			if failure.Is(err, failure.NeedPerson) {
				f.again = time.Now().Add(afterNo)
			}
		}
		close(done)
	}()
	return done
}

// GiveHTTP gets the session for a client that came with a token over HTTP: nothing else is
// known of it.
func (s *Server) GiveHTTP(ctx context.Context) (session.Session, error) {
	return s.give(ctx, peer{}, Me{}, time.Now())
}
