//go:build !windows

package prompt

import (
	"strings"

	"golang.org/x/sys/unix"
)

// setMode makes the terminal collect lines, end them at Enter, and send a signal at
// Ctrl-C. With discard, restore throws away what was typed and not read: the shell
// would show half a secret.
//
// restore leaves a mode alone that is another program's: a shell that took the
// terminal back, a full-screen program that drew anew.
func (t *Terminal) setMode(e echo) (restore func(discard bool), err error) {
	fd := int(t.in.Fd())
	before, err := unix.IoctlGetTermios(fd, getTermios)
	if err != nil {
		return nil, err
	}
	asking := *before
	lineMode(&asking, e)
	if err := unix.IoctlSetTermios(fd, setTermios, &asking); err != nil {
		return nil, err
	}
	stop := t.onContinue(func() { _ = unix.IoctlSetTermios(fd, setTermios, &asking) })
	return func(discard bool) {
		stop()
		now, err := unix.IoctlGetTermios(fd, getTermios)
		if err != nil || !sameMode(now, &asking) {
			return
		}
		request := uint(setTermios)
		if discard {
			request = flushTermios
		}
		_ = unix.IoctlSetTermios(fd, request, before)
	}, nil
}

// lineMode is the mode of a terminal at which a question is asked. termios(3)
func lineMode(m *unix.Termios, e echo) {
	m.Iflag |= unix.ICRNL
	m.Iflag &^= unix.IGNCR | unix.INLCR | unix.ISTRIP
	m.Oflag |= unix.OPOST | unix.ONLCR
	m.Lflag |= unix.ICANON | unix.ISIG | unix.IEXTEN | unix.ECHO | unix.ECHOE | unix.ECHOK
	if e == hidden {
		m.Lflag &^= unix.ECHO | unix.ECHONL
	}
	// Where other keys than these mean an end, or none, these end the line, too,
	// and are found at its end.
	if m.Cc[unix.VINTR] != ctrlC {
		m.Cc[unix.VEOL] = ctrlC
	}
	if m.Cc[unix.VEOF] != ctrlD {
		m.Cc[unix.VEOL2] = ctrlD
	}
}

const ctrlC, ctrlD = 3, 4

// sameMode reports whether two modes are one, in what lineMode changes.
func sameMode(a, b *unix.Termios) bool {
	const lflags = unix.ICANON | unix.ISIG | unix.IEXTEN | unix.ECHO | unix.ECHOE | unix.ECHOK
	return a.Iflag == b.Iflag && a.Oflag == b.Oflag && a.Lflag&lflags == b.Lflag&lflags && a.Cc == b.Cc
}

// withReturns is a text for the mode that the terminal is in now: in a raw one a
// newline does not lead back to the first column.
func (t *Terminal) withReturns(text string) string {
	m, err := unix.IoctlGetTermios(int(t.out.Fd()), getTermios)
	if err != nil || m.Oflag&unix.OPOST != 0 && m.Oflag&unix.ONLCR != 0 {
		return text
	}
	return strings.ReplaceAll(text, "\n", "\r\n")
}
