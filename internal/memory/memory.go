// Package memory gives back what a program that mostly waits does not need meanwhile.
package memory

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
	// releaseAfter is how long after a request memory is given back, at most.
	releaseAfter = 250 * time.Millisecond
)

// Saver gives memory back when there was something to do.
type Saver struct{ pending atomic.Bool }

// NewSaver keeps the heap small from now on, and gives back what starting took.
func NewSaver() *Saver {
	debug.SetGCPercent(heapGrowth)
	s := &Saver{}
	s.Release()
	return s
}

// Release gives back what was taken until then. It costs a millisecond, and so
// does the next request.
func (s *Saver) Release() {
	if s.pending.Swap(true) {
		return
	}
	time.AfterFunc(releaseAfter, func() {
		s.pending.Store(false)
		debug.FreeOSMemory()
		dropPages()
	})
}
