package fault

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"time"
)

// Bound waits for call, but no longer than limit and no longer than ctx. A
// call that does not come back is left behind: neither a D-Bus reply that
// never comes nor a read from a dead network disk can be cancelled, and the
// process is short-lived. What it does later is why Set blanks the index first.
//
// A panic in call becomes ErrCorrupt: keyring, go-libsecret and jose2go slice
// and assert types on what the disk or the daemon gave them.
func Bound[T any](ctx context.Context, limit time.Duration, what string, call func() (T, error)) (T, error) {
	type outcome struct {
		value T
		err   error
	}
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	var none T
	if err := ctx.Err(); err != nil {
		return none, Ended(err, what)
	}
	done := make(chan outcome, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				done <- outcome{err: fmt.Errorf("%w: %s: %s", ErrCorrupt, what, PanicText(p))}
			}
		}()
		value, err := call()
		done <- outcome{value, err}
	}()
	select {
	case o := <-done:
		return o.value, o.err
	case <-ctx.Done():
		return none, Ended(ctx.Err(), what)
	}
}

// BoundDo is [Bound] for a call that only succeeds or fails.
func BoundDo(ctx context.Context, limit time.Duration, what string, call func() error) error {
	_, err := Bound(ctx, limit, what, func() (struct{}, error) { return struct{}{}, call() })
	return err
}

// Ended is the error of a context that ended: a cancelled one stays itself, a
// late one is ErrTimeout.
func Ended(err error, what string) error {
	if errors.Is(err, context.DeadlineExceeded) {
		return fmt.Errorf("%w: %s: %w", ErrTimeout, what, err)
	}
	return fmt.Errorf("%s: %w", what, err)
}

// PanicText tells what the runtime said (an index, a type), and nothing of a
// panic with a value of the library's choice, which might hold a secret.
func PanicText(p any) string {
	if err, ok := p.(runtime.Error); ok {
		return err.Error()
	}
	return "the library failed"
}
