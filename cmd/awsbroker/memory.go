package main

import (
	"runtime/debug"
	"sync/atomic"
	"time"
)

// A server answers a few requests an hour, for as long as its command runs.
// Between them it keeps in memory what it needs to wait.
const (
	// heapGrowth in percent: of 4 MiB at first, then of what is in use. Go's own
	// 100 would let the heap grow to 4 MiB before it looks for what is over.
	heapGrowth = 20
	// quietAfter is how long after a request memory is given back, at most.
	quietAfter = 250 * time.Millisecond
)

// quiet gives memory back when there was something to do.
type quiet struct{ pending atomic.Bool }

func newQuiet() *quiet {
	debug.SetGCPercent(heapGrowth)
	q := &quiet{}
	q.soon()
	return q
}

// soon gives back what was taken until then. It costs a millisecond, and so
// does the next request.
func (q *quiet) soon() {
	if q.pending.Swap(true) {
		return
	}
	time.AfterFunc(quietAfter, func() {
		q.pending.Store(false)
		debug.FreeOSMemory()
		dropPages()
	})
}
