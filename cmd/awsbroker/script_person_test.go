//go:build !windows

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/awsbroker/awsbroker/internal/machine"
	"github.com/awsbroker/awsbroker/internal/start"
)

// person is a program of the stories: a person at a terminal who runs a
// command and answers its questions in turn. "^D" and "^C" are those keys;
// "^CODE", "^AGAIN" and "^SKIP" are codes of the MFA device that was shown last, and
// "^OTHER" is none of it (script_device_test.go).
//
//	person [ANSWER…] -- CMD [ARGUMENT…]
//
// $COLUMNS is the width of the terminal; without it the terminal has none.
//
// Unlike testscript's ttyin it types when it is asked and not before, so that
// what is hidden can be seen to be hidden, and it knows how often it was asked.
// Standard input, output and error of the command are person's own.
func person() {
	code := 0
	if err := machine.Try(func(t machine.T) { code = converse(t, os.Args[1:]) }); err != nil {
		fmt.Fprintln(os.Stderr, "person:", err)
		code = 99
	}
	os.Exit(code)
}

// screenFile is where person leaves what the terminal showed.
const screenFile = "screen"

func converse(t machine.T, args []string) (code int) {
	dashes := slices.Index(args, "--")
	if dashes < 0 || dashes == len(args)-1 {
		t.Fatal("usage: person [ANSWER…] -- CMD…")
	}
	answers, command := args[:dashes], args[dashes+1:]
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = start.Environ()
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	tm := machine.NewTerminal(t)
	if columns, err := strconv.ParseUint(os.Getenv("COLUMNS"), 10, 16); err == nil {
		tm.Resize(24, uint16(columns))
	}
	screen := func() string { return strings.ReplaceAll(tm.Screen(), "\r\n", "\n") }
	t.Cleanup(func() { _ = os.WriteFile(filepath.Join(os.Getenv("WORK"), screenFile), []byte(screen()), 0o600) })
	_, _ = machine.Person{
		Answer: func(string) string {
			if len(answers) == 0 {
				t.Fatalf("was asked more than there are answers; the screen shows:\n%s", screen())
			}
			next := answers[0]
			answers = answers[1:]
			return keysOf(t, next, screen())
		},
		Patience: patience,
	}.SitAt(tm, tm.Start(cmd))
	if len(answers) > 0 {
		t.Fatalf("was not asked for %d answers; the screen shows:\n%s", len(answers), screen())
	}
	status := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if status.Signaled() {
		return 128 + int(status.Signal())
	}
	return status.ExitStatus()
}

// patience is how long a command may take from one question to the next.
const patience = 45 * time.Second

// keysOf are those that an answer stands for.
func keysOf(t machine.T, answer, screen string) string {
	switch {
	case answer == "^D":
		return machine.ControlD
	case answer == "^C":
		return machine.ControlC
	case phoneAnswers[answer] != "":
		code, err := dial(answer, screen)
		if err != nil {
			t.Fatal(err)
		}
		return code + "\n"
	}
	return answer + "\n"
}
