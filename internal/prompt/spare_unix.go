//go:build !windows

package prompt

import (
	"context"
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// spare is a terminal that is not ours but may be asked at.
type spare struct {
	file   *os.File
	before *unix.Termios
}

// spareTerminal looks whether the terminal named by GPG_TTY may be asked at: it
// is there, and ours to open, and this process has no terminal of its own. Of
// one that it has, another job is in front, and would lose keys to us.
func spareTerminal(name string) (*spare, error) {
	if name == "" {
		return nil, unable("GPG_TTY does not name a terminal")
	}
	if own, err := os.OpenFile("/dev/tty", os.O_RDWR|syscall.O_NOCTTY, 0); err == nil {
		own.Close()
		return nil, unable("another job uses the terminal")
	}
	// Not through the poller: closing must not wait for whoever looks at it.
	fd, err := unix.Open(name, unix.O_RDWR|unix.O_NOCTTY|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, unable("GPG_TTY: %w", &os.PathError{Op: "open", Path: name, Err: err})
	}
	before, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		_ = unix.Close(fd)
		return nil, unable("GPG_TTY: %s is not a terminal", name)
	}
	return &spare{os.NewFile(uintptr(fd), name), before}, nil
}

func (s *spare) name() string {
	if s == nil {
		return ""
	}
	return s.file.Name()
}

// gone reports whether the terminal is closed.
func (s *spare) gone() bool { return s == nil || closes(int32(s.file.Fd()), 0) }

// closes reports whether a terminal is closed, or will be in so long.
func closes(fd int32, within time.Duration) bool {
	p := []unix.PollFd{{Fd: fd}}
	_, err := unix.Poll(p, int(within/time.Millisecond))
	return err == nil && p[0].Revents&unix.POLLHUP != 0
}

// watch calls gone once if the terminal is closed before ctx ends.
func (s *spare) watch(ctx context.Context, gone func()) {
	if s == nil {
		return
	}
	fd := int32(s.file.Fd())
	go func() {
		for ctx.Err() == nil {
			if closes(fd, time.Second/4) {
				gone()
				return
			}
		}
	}()
}

// restore puts the settings back that a program may have left changed, and
// forgets the terminal.
func (s *spare) restore() {
	if s == nil {
		return
	}
	_ = unix.IoctlSetTermios(int(s.file.Fd()), setTermios, s.before)
	s.file.Close()
}
