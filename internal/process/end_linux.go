package process

import (
	"time"

	"golang.org/x/sys/unix"
)

// WatchEnd returns a channel that is closed when the process has ended.
func WatchEnd(pid int) (<-chan struct{}, error) {
	gone := make(chan struct{})
	fd, err := unix.PidfdOpen(pid, 0) // Linux 5.3
	if err == unix.ESRCH {
		close(gone)
		return gone, nil
	}
	if err != nil { // an old kernel, or a container that forbids it
		go pollEnd(pid, gone)
		return gone, nil
	}
	go func() {
		defer close(gone)
		for {
			_, err := unix.Poll([]unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}, -1)
			if err != unix.EINTR {
				unix.Close(fd)
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	return gone, nil
}
