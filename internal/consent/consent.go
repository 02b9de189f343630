// Package consent has a person decide whether a session is given out: to any program,
// where the profile wants a yes for it (awsbroker_confirm), and to coding agents
// (awsbroker_agents), of whom it is asked in ways in which they cannot answer.
package consent

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
)

// Wanted is the session that somebody wants.
type Wanted struct {
	Profile string
	Words   string // what a person is told it is: "role admin-mfa in account 123456789012 (profile admin)"
	Of      string // names it, by everything that changes it
}

// Room is where a question is asked, and what was answered before is looked up.
type Room struct {
	Cache *session.Cache // nil: nothing is remembered
	Dir   string         // of locks
	Open  func(context.Context) (*prompt.Ladder, error)
	Tell  func(what func() string) func() bool // for who waits; see [session.Lock.Await]
	Debug func(format string, args ...any)
}

// Question is one whether a session may be given to any program.
type Question struct {
	Room
	Wanted
	Left  time.Duration // life of the session
	since time.Time
}

// Ask takes the turn, shows a person who wants which session, and asks for a yes, unless
// this job was answered a moment ago. A no is a [failure.NeedPerson].
func (q *Question) Ask(ctx context.Context) error {
	q.since = time.Now()
	if said, err := q.saidBefore(); said {
		return err
	}
	err := q.ask(ctx)
	q.noteAnswer(err)
	return err
}

func (q *Question) ask(ctx context.Context) error {
	p, err := q.Open(ctx)
	if err != nil {
		return q.failure(err)
	}
	defer p.Close()
	if said, err := q.saidBefore(); said { // while it waited
		return err
	}
	p.Begin(fmt.Sprintf("%s wants the session of %s,\nwhich is valid for another %s.\n", prompt.Caller(), q.Words, say.Duration(q.Left)))
	yes, err := p.Confirm(ctx, "Give it out?"+within(ctx))
	if err == nil && !yes {
		err = ErrDeclined
	}
	return q.failure(err)
}

// within says how long a question waits for its answer.
func within(ctx context.Context) string {
	deadline, ok := ctx.Deadline()
	if !ok {
		return ""
	}
	return fmt.Sprintf(" (within %s)", say.Duration(time.Until(deadline)))
}

// ErrDeclined means that a person said no.
var ErrDeclined = errors.New("nothing was changed")

// memory returns the name under which the answer is kept for the next call of this
// job: callers run a helper twice, or a helper for each of their parts, within moments.
// An answer to another job does not count.
func (q *Question) memory() string { return "consent\x00" + q.Profile + "\x00" + q.Of }

// yesReason marks a remembered yes, which has no reason to fail.
const yesReason failure.Reason = 0

func (q *Question) noteAnswer(err error) {
	n := session.Failure{Ended: time.Now(), Job: session.JobID(), Reason: int(yesReason)}
	if err != nil {
		var f *failure.Error
		if !errors.As(err, &f) || errors.Is(err, prompt.ErrNoTerminal) {
			return
		}
		n.Reason, n.Message, n.Hint = int(f.Reason), f.Message, f.FirstHint()
	}
	_ = q.Cache.Failed(q.memory(), n)
}

func (q *Question) saidBefore() (said bool, err error) {
	n, ok := q.Cache.Failure(q.memory())
	if !ok || n.Job != session.JobID() || !n.Applies(n.Job, q.since, time.Now()) {
		return false, nil
	}
	q.Debug("confirm: this job was answered a moment ago")
	if failure.Reason(n.Reason) == yesReason {
		return true, nil
	}
	return true, failure.Remembered(n)
}

func (q *Question) failure(err error) error {
	if err == nil {
		return nil
	}
	const needed = "awsbroker returns the session of %s only after a yes (awsbroker_confirm): %w"
	switch {
	case errors.Is(err, prompt.ErrNoTerminal):
		return failure.Unasked(err, needed, q.Words, err).Hint("run the command in a terminal")
	case errors.Is(err, ErrDeclined):
		return failure.New(failure.NeedPerson, "the session of %s was not returned, because the answer was no", q.Words).Because(err)
	}
	return failure.New(failure.NeedPerson, needed, q.Words, err)
}
