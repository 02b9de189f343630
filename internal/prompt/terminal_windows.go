package prompt

import (
	"fmt"
	"os"
	"strconv"

	"golang.org/x/sys/windows"
)

// OpenTerminal opens the console.
func OpenTerminal() (*Terminal, error) {
	in, err := os.OpenFile("CONIN$", os.O_RDWR, 0)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrNoTerminal, err)
	}
	out, err := os.OpenFile("CONOUT$", os.O_RDWR, 0)
	if err != nil {
		in.Close()
		return nil, fmt.Errorf("%w: %v", ErrNoTerminal, err)
	}
	understandColours(windows.Handle(out.Fd()))
	return &Terminal{in: in, out: out}, nil
}

// understandColours makes older consoles take escape sequences, which a QR
// code needs. One that cannot shows them.
// https://learn.microsoft.com/windows/console/console-virtual-terminal-sequences
func understandColours(console windows.Handle) {
	var mode uint32
	if windows.GetConsoleMode(console, &mode) == nil {
		_ = windows.SetConsoleMode(console, mode|windows.ENABLE_VIRTUAL_TERMINAL_PROCESSING)
	}
}

// TerminalName tells this console from others as well as can be done: by the process
// that started us, which is usually its shell.
func TerminalName() string { return strconv.Itoa(os.Getppid()) }

// setMode makes the console collect lines, and send a signal at Ctrl-C. With
// discard, restore throws away what was typed and not read. restore leaves a mode
// alone that is another program's.
func (t *Terminal) setMode(e echo) (restore func(discard bool), err error) {
	console := windows.Handle(t.in.Fd())
	var before uint32
	if err := windows.GetConsoleMode(console, &before); err != nil {
		return nil, err
	}
	asking := before | windows.ENABLE_LINE_INPUT | windows.ENABLE_PROCESSED_INPUT | windows.ENABLE_ECHO_INPUT
	asking &^= windows.ENABLE_VIRTUAL_TERMINAL_INPUT
	if e == hidden {
		asking &^= windows.ENABLE_ECHO_INPUT
	}
	if err := windows.SetConsoleMode(console, asking); err != nil {
		return nil, err
	}
	return func(discard bool) {
		var now uint32
		if windows.GetConsoleMode(console, &now) != nil || now != asking {
			return
		}
		if discard {
			_ = windows.FlushConsoleInputBuffer(console)
		}
		_ = windows.SetConsoleMode(console, before)
	}, nil
}

// withReturns is text itself: a console goes to the first column.
func (t *Terminal) withReturns(text string) string { return text }

// taken: a console has no jobs.
func (t *Terminal) taken() bool { return false }

func keepRunning() (restore func()) { return func() {} }

// onContinue: a console stops nobody.
func (t *Terminal) onContinue(func()) (stop func()) { return func() {} }
