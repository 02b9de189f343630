package prompt

import (
	"fmt"
	"os"
	"strconv"
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
	return &Terminal{in: in, out: out}, nil
}

// Name tells this console from others as well as can be done: by the process
// that started us, which is usually its shell.
func (t *Terminal) Name() string { return strconv.Itoa(os.Getppid()) }

func keepRunning() (restore func()) { return func() {} }
