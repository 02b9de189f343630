package main

import (
	"errors"
	"os/exec"

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

// mayReplace reports whether the command can take this process's place: Windows does not
// know that.
func mayReplace() bool { return false }

// replace is never called.
func replace(string, []string, []string) error { return nil }
