//go:build !linux && !windows

package process

import "golang.org/x/sys/unix"

// WatchEnd returns a channel that is closed when the process has ended.
func WatchEnd(pid int) (<-chan struct{}, error) {
	gone := make(chan struct{})
	queue, err := unix.Kqueue()
	if err != nil {
		return nil, err
	}
	var event unix.Kevent_t
	unix.SetKevent(&event, pid, unix.EVFILT_PROC, unix.EV_ADD|unix.EV_ONESHOT)
	event.Fflags = unix.NOTE_EXIT
	if _, err := unix.Kevent(queue, []unix.Kevent_t{event}, nil, nil); err != nil {
		unix.Close(queue)
		go pollEnd(pid, gone) // it has ended, or runs as another user by now
		return gone, nil
	}
	go func() {
		defer close(gone)
		defer unix.Close(queue)
		for {
			n, err := unix.Kevent(queue, nil, make([]unix.Kevent_t, 1), nil)
			if n > 0 || err != unix.EINTR {
				return
			}
		}
	}()
	return gone, nil
}
