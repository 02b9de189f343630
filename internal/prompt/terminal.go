package prompt

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"golang.org/x/term"

	"github.com/awsbroker/awsbroker/internal/credential"
)

// Terminal is the one that controls this process, opened by its own name:
// standard input, output and error are the caller's.
type Terminal struct {
	in, out *os.File
}

// Line asks for a line of text and shows it as it is typed. The errors are
// ErrCancelled, ErrTimeout (ctx's deadline) and ErrNoTerminal (it went away).
func (t *Terminal) Line(ctx context.Context, question string) (string, error) {
	line, err := t.ask(ctx, question, func() ([]byte, error) { return readLine(t.in) })
	return string(line), err
}

// Hidden asks for a line of text and shows nothing of it.
func (t *Terminal) Hidden(ctx context.Context, question string) (credential.Secret, error) {
	fd := int(t.in.Fd())
	before, err := term.GetState(fd)
	if err != nil {
		return credential.Secret{}, fmt.Errorf("%w: %v", ErrNoTerminal, err)
	}
	// ReadPassword restores the echo itself unless it is abandoned.
	defer func() { _ = term.Restore(fd, before) }()
	line, err := t.ask(ctx, question, func() ([]byte, error) {
		line, err := term.ReadPassword(fd)
		if err == nil {
			t.Print("\n")
		}
		return line, err
	})
	return credential.NewSecret(string(line)), err
}

// Print writes to the terminal. What it is given must be clean (Clean).
func (t *Terminal) Print(text string) { _, _ = io.WriteString(t.out, text) }

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
func (t *Terminal) ask(ctx context.Context, question string, read func() ([]byte, error)) ([]byte, error) {
	restore := keepRunning()
	defer restore()
	type result struct {
		line []byte
		err  error
	}
	t.Print(question)
	done := make(chan result, 1)
	go func() {
		line, err := read()
		done <- result{line, err}
	}()
	select {
	case r := <-done:
		return r.line, endOf(r.err)
	case <-ctx.Done():
		t.Print("\n")
		if errors.Is(ctx.Err(), context.DeadlineExceeded) {
			return nil, ErrTimeout
		}
		return nil, ErrCancelled
	}
}

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

// readLine gets one line, which a terminal hands out whole.
func readLine(in io.Reader) ([]byte, error) {
	buf := make([]byte, 4096)
	n, err := in.Read(buf)
	if err != nil {
		return nil, err
	}
	if n == 0 {
		return nil, io.EOF
	}
	line, _, _ := bytes.Cut(buf[:n], []byte("\n"))
	return bytes.TrimSuffix(line, []byte("\r")), nil
}
