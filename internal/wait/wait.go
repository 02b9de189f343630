// Package wait looks again and again until something has happened: until AWS
// knows a new key, or refuses a deleted one. IAM is eventually consistent
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency),
// so that most flows wait for it somewhere. A flow says how long it waits, and
// how to look:
//
//	end, err := wait.For(ctx, wait.Up{
//		To:    time.Minute,
//		Every: time.Second,
//		Say:   sync.OnceFunc(func() { stop = b.Report.Waiting("until AWS refuses "+id, time.Minute) }),
//		Clock: b.Clock,
//	}, func(ctx context.Context) (done bool, err error) {
//		_, err = client.CallerIdentity(ctx, key)
//		return awsapi.Is(err, awsapi.UnknownKey), err
//	})
//	switch end {
//	case wait.Over:
//		return failure.New(failure.Other, "AWS still accepts %s", id)
//	case wait.Interrupted:
//		return failure.Interrupted("until AWS refuses %s", id)
//	}
//
// A look that only makes a call again while AWS is busy needs nothing but the
// error of the last call: _, err := wait.For(…).
package wait

import (
	"context"
	"time"
)

// Up says how patient a wait is.
type Up struct {
	To    time.Duration // no pause begins later than this after the first look; zero: until ctx ends
	Tries int           // how many looks there are at most; zero: any number
	Every time.Duration // from the end of a look to the next one
	Say   func()        // called before each pause, so never if the first look is the last; may be nil
	Clock *Clock        // nil is the machine's
}

// End is how a wait ended.
type End int

// The ends of a wait.
const (
	Done        End = iota // the last look said so
	Over                   // there was no time, or no try, left for another look
	Interrupted            // ctx ended in a pause
)

// For calls look until it is done, at least once. It returns how the wait ended,
// and the error of the last look, whichever the end is.
func For(ctx context.Context, up Up, look func(context.Context) (done bool, err error)) (End, error) {
	limit := up.Clock.Now().Add(up.To)
	for try := 1; ; try++ {
		done, err := look(ctx)
		switch {
		case done:
			return Done, err
		case try == up.Tries, up.To != 0 && up.Clock.Now().After(limit):
			return Over, err
		}
		if up.Say != nil {
			up.Say()
		}
		if !up.Clock.Pause(ctx, up.Every) {
			return Interrupted, err
		}
	}
}
