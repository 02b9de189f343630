package main

import (
	"errors"
	"os"
	"os/exec"
	"os/signal"
)

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
