//go:build !windows

package prompt

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/signal"
	"strconv"
	"syscall"

	"golang.org/x/sys/unix"
	"golang.org/x/term"
)

// OpenTerminal opens the controlling terminal if this process may read it: a
// background job that tries is stopped by the kernel (SIGTTIN), so it counts
// as having none.
func OpenTerminal() (*Terminal, error) {
	f, err := os.OpenFile("/dev/tty", os.O_RDWR|syscall.O_NOCTTY, 0)
	if errors.Is(err, fs.ErrNotExist) {
		f, err = terminalWithoutName()
	}
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrNoTerminal, err)
	}
	t := &Terminal{in: f, out: f}
	if t.taken() {
		f.Close()
		return nil, ErrBackground
	}
	return t, nil
}

// taken reports whether another job has the terminal.
func (t *Terminal) taken() bool {
	group, err := unix.IoctlGetInt(int(t.in.Fd()), unix.TIOCGPGRP)
	return err != nil || group != syscall.Getpgrp()
}

// terminalWithoutName finds the terminal where there is no /dev/tty (a chroot
// with an empty /dev): behind standard error or output, if they are it. The
// check in OpenTerminal fails for a terminal that does not control us.
func terminalWithoutName() (*os.File, error) {
	for _, fd := range []int{2, 1} {
		if !term.IsTerminal(fd) {
			continue
		}
		own, err := unix.FcntlInt(uintptr(fd), unix.F_DUPFD_CLOEXEC, 3)
		if err == nil {
			return os.NewFile(uintptr(own), "terminal"), nil
		}
	}
	return nil, errors.New("there is no /dev/tty")
}

// TerminalName tells this terminal from others on the machine: by the session it
// controls, since /dev/tty is the same name for all.
func TerminalName() string {
	sid, err := unix.Getsid(0)
	if err != nil {
		return "?"
	}
	return strconv.Itoa(sid)
}

// keepRunning lets a job that loses the terminal while it asks get an error
// instead of being stopped.
//
// Ignored signals stay ignored in an exec child, and signal.Reset does not undo
// signal.Ignore. A signal that is caught is back to its default in the child.
func keepRunning() (restore func()) {
	signal.Ignore(syscall.SIGTTIN, syscall.SIGTTOU)
	return func() {
		signal.Notify(make(chan os.Signal, 1), syscall.SIGTTIN, syscall.SIGTTOU)
		signal.Reset(syscall.SIGTTIN, syscall.SIGTTOU)
	}
}

// onContinue calls again whenever this process goes on at the terminal after it
// was stopped there (Ctrl-Z): meanwhile the shell made the terminal its own, and
// not every shell gives it back as it was.
func (t *Terminal) onContinue(again func()) (stop func()) {
	continued, done := make(chan os.Signal, 1), make(chan struct{})
	signal.Notify(continued, syscall.SIGCONT)
	go func() {
		defer close(done)
		for range continued {
			if !t.taken() {
				again()
			}
		}
	}()
	return func() {
		signal.Stop(continued)
		close(continued)
		<-done
	}
}
