package wait

import (
	"context"
	"sync/atomic"
	"time"
)

// Clock is the time that waits go by. The nil Clock is the machine's, which is
// what ships. That of [Skipping] is for tests.
type Clock struct {
	ahead atomic.Int64        // nanoseconds, of the machine's clock
	skip  func(time.Duration) // tells others
}

// Skipping returns a clock on which pauses end at once: it goes ahead by what it
// skipped, and tells skip of it, so that a server of the test's can go along.
func Skipping(skip func(time.Duration)) *Clock { return &Clock{skip: skip} }

// Now returns the time.
func (c *Clock) Now() time.Time {
	if c == nil {
		return time.Now()
	}
	return time.Now().Add(time.Duration(c.ahead.Load()))
}

// Pause lets d pass, and reports false if ctx ended first.
func (c *Clock) Pause(ctx context.Context, d time.Duration) bool {
	if c == nil {
		return Pause(ctx, d)
	}
	if ctx.Err() != nil {
		return false
	}
	c.ahead.Add(int64(max(d, 0)))
	c.skip(max(d, 0))
	return true
}

// Pause sleeps for d by the machine's clock, and reports false if ctx ended
// first.
func Pause(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
