//go:build !windows

package main

import (
	"sync/atomic"
	"time"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// lateness is how late a busy machine lets this program see what has happened: a session that
// was alive when it was given out may have ended by then.
type lateness struct{ longest atomic.Int64 }

// tick is how often lateness is measured.
const tick = 10 * time.Millisecond

func watchLateness(t machine.T) *lateness {
	l, end := &lateness{}, make(chan struct{})
	t.Cleanup(func() { close(end) })
	go func() {
		for last := time.Now(); ; last = time.Now() {
			select {
			case <-end:
				return
			case <-time.After(tick):
				l.longest.Store(max(l.longest.Load(), int64(time.Since(last)-tick)))
			}
		}
	}()
	return l
}

// most is the longest time since the beginning.
func (l *lateness) most() time.Duration { return time.Duration(l.longest.Load()) }
