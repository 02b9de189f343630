//go:build !windows

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/creack/pty"

	"github.com/awsbroker/awsbroker/internal/start"
)

// person is a program of the stories: a person at a terminal who runs a
// command and answers its questions in turn. "^D" and "^C" are those keys;
// "^CODE", "^AGAIN" and "^SKIP" are codes of the MFA device that was shown last
// (script_device_test.go).
//
//	person [ANSWER…] -- CMD [ARGUMENT…]
//
// Unlike testscript's ttyin it types when it is asked and not before, so that
// what is hidden can be seen to be hidden, and it knows how often it was asked.
// Standard input, output and error of the command are person's own.
func person() {
	code, err := converse(os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "person:", err)
		code = 99
	}
	os.Exit(code)
}

// screenFile is where person leaves what the terminal showed.
const screenFile = "screen"

// patience is how long a command may take from one question to the next.
const patience = 45 * time.Second

func converse(args []string) (int, error) {
	dashes := slices.Index(args, "--")
	if dashes < 0 || dashes == len(args)-1 {
		return 0, errors.New("usage: person [ANSWER…] -- CMD…")
	}
	answers, command := args[:dashes], args[dashes+1:]
	keyboard, tty, err := pty.Open()
	if err != nil {
		return 0, err
	}
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = start.Environ()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.ExtraFiles = []*os.File{tty} // descriptor 3
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true, Ctty: 3}
	if err := cmd.Start(); err != nil {
		return 0, err
	}
	tty.Close()
	s := &shown{}
	read := make(chan struct{})
	go func() {
		defer close(read)
		buf := make([]byte, 4096)
		for {
			n, err := keyboard.Read(buf)
			s.add(buf[:n])
			if err != nil {
				return // the last process has closed the terminal
			}
		}
	}()
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	err = answerAll(keyboard, s, answers, ended)
	if err != nil {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
	}
	select {
	case <-read:
	case <-time.After(time.Second): // somebody in the background keeps it open
	}
	text := strings.ReplaceAll(s.text(), "\r\n", "\n")
	if e := os.WriteFile(filepath.Join(os.Getenv("WORK"), screenFile), []byte(text), 0o600); e != nil {
		return 0, e
	}
	if err != nil {
		return 0, fmt.Errorf("%w; the screen shows:\n%s", err, text)
	}
	status := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		return 128 + int(status.Signal()), nil
	}
	return status.ExitStatus(), nil
}

// answerAll types each answer when a question stands there, until the command
// ends.
func answerAll(keyboard *os.File, s *shown, answers []string, ended <-chan error) error {
	deadline := time.NewTimer(patience)
	defer deadline.Stop()
	for {
		select {
		case <-ended:
			if len(answers) > 0 {
				return fmt.Errorf("was not asked for %d answers", len(answers))
			}
			return nil
		case <-deadline.C:
			return errors.New("waited for too long")
		case <-time.After(5 * time.Millisecond):
		}
		if !s.asks() {
			continue
		}
		if len(answers) == 0 {
			return errors.New("was asked more than there are answers")
		}
		keys := answers[0] + "\n"
		switch answers[0] {
		case "^D":
			keys = "\x04"
		case "^C":
			keys = "\x03"
		}
		if phoneAnswers[answers[0]] != "" {
			code, err := dial(answers[0], s.text())
			if err != nil {
				return err
			}
			keys = code + "\n"
		}
		if _, err := keyboard.WriteString(keys); err != nil {
			return err
		}
		answers = answers[1:]
		deadline.Reset(patience)
	}
}

// shown is what stands on the terminal.
type shown struct {
	mu       sync.Mutex
	all      []byte
	answered int // length at the last answer
}

func (s *shown) add(data []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, data...)
}

func (s *shown) text() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return string(s.all)
}

// asks reports whether there is a question that was not answered yet: text
// after the last answer that ends as questions do.
func (s *shown) asks() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	fresh := string(s.all[s.answered:])
	if !strings.HasSuffix(fresh, ": ") && !strings.HasSuffix(fresh, "[y/N] ") {
		return false
	}
	s.answered = len(s.all)
	return true
}
