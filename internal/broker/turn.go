package broker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/session"
)

// turn is the right to ask at a place, which one process has at a time.
type turn struct {
	lock  *session.Lock
	times int // it was taken and not given back
}

// takeTurn makes this process the one that asks at a place, waiting for others
// as long as a question may take. It may be taken again by who has it.
func (b *Broker) takeTurn(ctx context.Context, place string) (giveBack func(), err error) {
	t := b.turns[place]
	if t == nil {
		if t, err = b.awaitTurn(ctx, place); err != nil {
			return nil, err
		}
	}
	t.times++
	return func() {
		if t.times--; t.times == 0 {
			delete(b.turns, place)
			_ = t.lock.Unlock()
		}
	}, nil
}

func (b *Broker) awaitTurn(ctx context.Context, place string) (*turn, error) {
	ctx, cancel := context.WithTimeout(ctx, b.Limits.Question)
	defer cancel()
	t := &turn{lock: session.NewLock(b.SessionDir(), place)}
	_, err := t.lock.Await(ctx, b.TellWaiting(func() string {
		return fmt.Sprintf("waiting for process %d, which is asking something here", t.lock.Holder())
	}))
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, prompt.ErrTimeout
	case ctx.Err() != nil:
		return nil, prompt.ErrCancelled
	case err != nil:
		b.Debug("no turns at the terminal: %v", err)
	}
	if b.turns == nil {
		b.turns = map[string]*turn{}
	}
	b.turns[place] = t
	return t, nil
}

// TellWaiting returns a check for [session.Lock.Await] that never ends the waiting,
// but tells a person who has waited for more than a second what is waited for.
func (b *Broker) TellWaiting(what func() string) func() bool {
	since, told := time.Now(), false
	return func() bool {
		if !told && time.Since(since) > time.Second {
			told = true
			b.Report.Step(what())
		}
		return false
	}
}
