//go:build !windows

package prompt

import (
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
)

// OpenTerminal opens the controlling terminal if this process may read it: a
// background job that tries is stopped by the kernel (SIGTTIN), so it counts
// as having none.
func OpenTerminal() (*Terminal, error) {
	f, err := os.OpenFile("/dev/tty", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrNoTerminal, err)
	}
	group, err := unix.IoctlGetInt(int(f.Fd()), unix.TIOCGPGRP)
	if err != nil || group != syscall.Getpgrp() {
		f.Close()
		return nil, fmt.Errorf("%w: this is a background job", ErrNoTerminal)
	}
	return &Terminal{in: f, out: f}, nil
}

// Name tells this terminal from others on the machine: by the session it
// controls, since /dev/tty is the same name for all.
func (t *Terminal) Name() string {
	sid, err := unix.Getsid(0)
	if err != nil {
		return "?"
	}
	return strconv.Itoa(sid)
}

// keepRunning lets a job that loses the terminal while it asks get an error
// instead of being stopped.
func keepRunning() (restore func()) {
	signal.Ignore(syscall.SIGTTIN, syscall.SIGTTOU)
	return func() { signal.Reset(syscall.SIGTTIN, syscall.SIGTTOU) }
}
