package awsapi

import (
	"context"
	"errors"
	"net/http/httptrace"
	"sync/atomic"
	"time"

	"github.com/awsbroker/awsbroker/internal/wait"
)

// Sending says how often a request may be sent.
type Sending int

const (
	Once       Sending = iota // it carries an MFA code, which AWS takes once
	Repeatable                // asking again changes nothing
)

// attempts and the pause before the second; it doubles before the third.
const (
	attempts   = 3
	firstPause = 300 * time.Millisecond
)

// callTimeout bounds one request, from dialing to the last byte.
const callTimeout = 20 * time.Second

// Send makes a request and classifies what went wrong with it. A request that
// never left this machine is repeated in any case, and so is, once, one that AWS
// threw away for the time of its signature, for the answer told the right time
// ([Clock]). Any other is repeated only if it is repeatable and the fault may pass.
func Send[T any](ctx context.Context, how Sending, request func(context.Context) (T, error)) (T, error) {
	pause, dated := firstPause, false
	for try := 1; ; try++ {
		out, err := sendOnce(ctx, request)
		var e *Error
		if err == nil || !errors.As(err, &e) {
			return out, err
		}
		if e.Reason == ClockWrong && e.Skew.Abs() > time.Minute && !dated {
			dated = true
			continue
		}
		again := e.Reason == Unreachable && !e.Sent || how == Repeatable && e.passing()
		if !again || try == attempts || !wait.Pause(ctx, pause) {
			return out, err
		}
		pause *= 2
	}
}

func sendOnce[T any](ctx context.Context, request func(context.Context) (T, error)) (T, error) {
	ctx, cancel := context.WithTimeout(ctx, callTimeout)
	defer cancel()
	var sent atomic.Bool
	ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		WroteHeaders: func() { sent.Store(true) },
	})
	out, err := request(ctx)
	if err != nil {
		return out, classify(err, sent.Load())
	}
	return out, nil
}
