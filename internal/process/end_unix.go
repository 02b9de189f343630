//go:build !windows

package process

import (
	"time"

	"golang.org/x/sys/unix"
)

// pollEnd closes gone when the process has ended. That somebody else has got
// its number is not noticed for as long as they run.
func pollEnd(pid int, gone chan<- struct{}) {
	defer close(gone)
	for unix.Kill(pid, 0) != unix.ESRCH {
		time.Sleep(100 * time.Millisecond)
	}
}
