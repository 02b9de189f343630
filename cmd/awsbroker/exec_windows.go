package main

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"

	"github.com/awsbroker/awsbroker/internal/programs"
)

// lookUp finds a program on PATH alone. Windows looks into the current directory
// first, where a cloned repository could have a terraform.exe.
func lookUp(name string) (string, error) {
	path, err := programs.Find(name)
	if err == nil {
		return path, nil
	}
	if _, here := exec.LookPath(name); errors.Is(here, exec.ErrDot) {
		return "", &startFailure{name, "it is in this directory only, and Windows programs do not search there", 127,
			`to run that one: awsbroker exec -- .\` + name}
	}
	return "", err
}

// replace runs the command and waits: Windows cannot replace a process. Ctrl-C
// reaches both; it is the child's to act on.
func replace(path string, args, environ []string) error {
	signal.Ignore(os.Interrupt)
	cmd := exec.Command(path, args[1:]...)
	cmd.Env = environ
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	err := cmd.Run()
	var exit *exec.ExitError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &exit):
		return childExit(exit.ExitCode())
	}
	return notRun(args[0], err.Error(), 126)
}
