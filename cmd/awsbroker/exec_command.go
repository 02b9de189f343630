package main

import (
	"errors"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"github.com/awsbroker/awsbroker/internal/grant"
)

// findCommand returns the path of a command, as a shell finds it. Its failures have the
// exit codes of a shell: 127 if there is no such command, 126 if it cannot be executed.
func findCommand(name string) (string, error) {
	path, err := lookUp(name)
	if err == nil {
		return path, nil
	}
	if errors.As(err, new(*startFailure)) {
		return "", err
	}
	if errors.Is(err, fs.ErrPermission) {
		return "", notRun(name, "permission denied", 126)
	}
	if errors.Is(err, syscall.EISDIR) {
		return "", notRun(name, "is a directory", 126)
	}
	return "", notRun(name, "command not found", 127)
}

// notRun is the failure of a command that could not be started.
func notRun(name, why string, code int) error {
	return &startFailure{name: name, why: why, code: code}
}

type startFailure struct {
	name, why string
	code      int
	hint      string // or empty
}

func (s *startFailure) Error() string { return s.name + ": " + s.why }

func defaultShell() string {
	for _, name := range []string{"SHELL", "ComSpec"} {
		if s := os.Getenv(name); s != "" {
			return s
		}
	}
	return "/bin/sh"
}

// programName returns the name of a command's program, without directory and ".exe".
func programName(command string) string {
	return strings.TrimSuffix(grant.ProgramName(command), ".exe")
}
