//go:build darwin || freebsd || openbsd

package answers

import "golang.org/x/sys/unix"

// uptime in seconds.
func uptime() int64 {
	var t unix.Timespec
	if unix.ClockGettime(unix.CLOCK_MONOTONIC, &t) != nil {
		return 0
	}
	return int64(t.Sec)
}
