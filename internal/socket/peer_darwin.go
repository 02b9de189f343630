package socket

import "golang.org/x/sys/unix"

const solLocal = unix.SOL_LOCAL

// pidOf returns the process at the other end.
func pidOf(fd int) int {
	pid, err := unix.GetsockoptInt(fd, unix.SOL_LOCAL, unix.LOCAL_PEERPID)
	if err != nil {
		return 0
	}
	return pid
}
