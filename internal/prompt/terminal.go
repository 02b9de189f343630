package prompt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/term"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/say"
)

// Terminal is the one that controls this process, opened by its own name:
// standard input, output and error are the caller's.
type Terminal struct {
	in, out *os.File
}

// Line asks for a line of text and shows it as it is typed. The errors are
// ErrCancelled, ErrTimeout (ctx's deadline) and ErrNoTerminal (it went away).
func (t *Terminal) Line(ctx context.Context, question string) (string, error) {
	line, err := t.askIn(ctx, shown, question)
	return string(line), err
}

// Hidden asks for a line of text and shows nothing of it. Echo goes before the
// question comes, and is back however the question ends.
func (t *Terminal) Hidden(ctx context.Context, question string) (credential.Secret, error) {
	line, err := t.askIn(ctx, hidden, question)
	if err == nil {
		t.Print("\n") // the person's own was not shown
	}
	return credential.NewSecret(string(line)), err
}

// echo says whether a terminal shows what is typed.
type echo bool

const (
	shown  echo = true
	hidden echo = false
)

// askIn asks in the mode that a question needs, whatever the one is that the terminal
// was left in: under watch(1) and in full-screen programs Enter is no end of a line,
// and Ctrl-C no signal. The mode is put back however the question ends.
func (t *Terminal) askIn(ctx context.Context, e echo, question string) ([]byte, error) {
	defer keepRunning()()
	restore, err := t.setMode(e)
	if err != nil {
		return nil, fmt.Errorf("%w: %v", ErrNoTerminal, err)
	}
	line, err := t.ask(ctx, question)
	restore(err != nil && e == hidden)
	return line, err
}

// Confirm asks for a yes; anything but y and yes is a no.
func (t *Terminal) Confirm(ctx context.Context, question string) (bool, error) {
	answer, err := t.Line(ctx, question+" [y/N] ")
	return isYes(answer), err
}

// isYes reports whether a person typed a yes.
func isYes(answer string) bool {
	answer = strings.ToLower(strings.TrimSpace(answer))
	return answer == "y" || answer == "yes"
}

// Begin writes to the terminal, as Print does.
func (t *Terminal) Begin(text string) { t.Print(text) }

// Print writes to the terminal, in lines that fit it. The text has to be clean: a
// [Ladder] sees to that.
func (t *Terminal) Print(text string) {
	width, _ := t.Size()
	_, _ = io.WriteString(t.out, t.withReturns(say.Fit(text, width)))
}

// Size returns how many characters fit in a line, and how many lines in the window; 0
// where nobody knows.
func (t *Terminal) Size() (width, height int) {
	width, height, err := term.GetSize(int(t.out.Fd()))
	if err != nil {
		return 0, 0
	}
	return width, height
}

// Close closes the terminal. A reader that an ended question left behind
// keeps the file until the process ends.
func (t *Terminal) Close() {
	t.in.Close()
	if t.out != t.in {
		t.out.Close()
	}
}

// ask reads an answer in the background: reading a terminal cannot be
// interrupted on every system, so a question that ends early leaves its reader
// behind, for the little time that the process has left.
func (t *Terminal) ask(ctx context.Context, question string) ([]byte, error) {
	type result struct {
		line []byte
		err  error
	}
	show := func() { t.Print(question) }
	show()
	defer t.onContinue(show)()
	done := make(chan result, 1)
	go func() {
		line, err := readLine(t.in)
		done <- result{line, err}
	}()
	look := time.NewTicker(lookEvery)
	defer look.Stop()
	for {
		select {
		case r := <-done:
			return r.line, endOf(r.err)
		case <-ctx.Done():
			t.Print("\n")
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return nil, ErrTimeout
			}
			return nil, ErrCancelled
		case <-look.C:
			if t.taken() {
				return nil, fmt.Errorf("%w: another job uses it now", ErrNoTerminal)
			}
		}
	}
}

// lookEvery is how often a question looks whether the terminal is still its
// own. When a program is killed that had run us, its shell takes the terminal
// back; a read that waits there already would take what is typed to the shell.
const lookEvery = 200 * time.Millisecond

// endOf says what an unfinished line means: end of input is a person's no
// (Ctrl-D), anything else a terminal that is not there any more.
func endOf(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, io.EOF):
		return ErrCancelled
	}
	return fmt.Errorf("%w: %v", ErrNoTerminal, err)
}

// readLine gets one line. A terminal hands out a part of one when the person
// types Ctrl-D after it; what is read then is the rest.
//
// Keys come as bytes if another program changed the terminal's mode meanwhile, and
// mean what they mean there.
func readLine(in io.Reader) ([]byte, error) {
	var line []byte
	buf := make([]byte, 4096)
	for {
		n, err := in.Read(buf)
		end := bytes.IndexAny(buf[:n], enter+goAway)
		switch {
		case end >= 0 && strings.IndexByte(goAway, buf[end]) >= 0:
			return nil, io.EOF
		case end >= 0:
			return erased(append(line, buf[:end]...)), nil
		case err != nil:
			return nil, err
		case n == 0 || len(line) > maxLine:
			return nil, io.EOF
		}
		line = append(line, buf[:n]...)
	}
}

// Bytes of keys.
const (
	enter     = "\r\n"
	goAway    = "\x03\x04\x1a" // Ctrl-C, Ctrl-D, and Ctrl-Z, which is Windows' Ctrl-D
	eraseOne  = "\b\x7f"       // Backspace
	eraseLine = 0x15           // Ctrl-U
)

// erased is a line without what the keys in it take back.
func erased(line []byte) []byte {
	out := line[:0]
	for _, c := range line {
		switch {
		case strings.IndexByte(eraseOne, c) >= 0:
			_, last := utf8.DecodeLastRune(out)
			out = out[:len(out)-last]
		case c == eraseLine:
			out = out[:0]
		default:
			out = append(out, c)
		}
	}
	return out
}

// maxLine is more than anyone has to type, in bytes.
const maxLine = 1 << 16
