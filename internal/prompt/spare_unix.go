//go:build !windows

package prompt

import (
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// spareTerminal looks whether a terminal named by GPG_TTY may be asked at: it
// is there, and ours to open, and this process has no terminal of its own. Of
// one that it has, another job is in front, and would lose keys to us. restore
// puts the terminal's settings back, and closes it.
func spareTerminal(name string) (path string, restore func(), err error) {
	nothing := func() {}
	if name == "" {
		return "", nothing, unable("GPG_TTY names no terminal")
	}
	if own, err := os.OpenFile("/dev/tty", os.O_RDWR|syscall.O_NOCTTY, 0); err == nil {
		own.Close()
		return "", nothing, unable("the terminal belongs to another job")
	}
	tty, err := os.OpenFile(name, os.O_RDWR|syscall.O_NOCTTY|syscall.O_NONBLOCK, 0)
	if err != nil {
		return "", nothing, unable("GPG_TTY: %w", err)
	}
	before, err := unix.IoctlGetTermios(int(tty.Fd()), getTermios)
	if err != nil {
		tty.Close()
		return "", nothing, unable("GPG_TTY: %s is no terminal", Clean(name))
	}
	return name, func() {
		_ = unix.IoctlSetTermios(int(tty.Fd()), setTermios, before)
		tty.Close()
	}, nil
}
