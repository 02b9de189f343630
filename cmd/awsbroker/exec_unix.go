//go:build !windows

package main

import (
	"errors"
	"os/exec"
	"syscall"

	"github.com/awsbroker/awsbroker/internal/start"
)

// lookUp finds a program as a shell does: also in the current directory, where PATH
// has it.
func lookUp(name string) (string, error) {
	path, err := exec.LookPath(name)
	if errors.Is(err, exec.ErrDot) && path != "" {
		return path, nil
	}
	return path, err
}

// mayReplace reports whether the command can take this process's place.
func mayReplace() bool { return true }

// replace this process by the command. It returns only if that fails.
func replace(path string, args, environ []string) error {
	start.RestoreCore()
	err := syscall.Exec(path, args, environ)
	if errors.Is(err, syscall.ENOEXEC) {
		// A script without a #! line: shells run it themselves (POSIX, "Command
		// Search and Execution").
		err = syscall.Exec("/bin/sh", append([]string{"sh", path}, args[1:]...), environ)
	}
	if errors.Is(err, syscall.ENOENT) {
		return notRun(args[0], "no such file, or its interpreter is missing", 127)
	}
	return notRun(args[0], err.Error(), 126)
}
