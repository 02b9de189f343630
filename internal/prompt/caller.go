package prompt

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// Process is one that a person may recognise.
type Process struct {
	PID  int
	Name string // as the system reports it; empty where it does not
}

// String is how the process is shown, with its name cleaned.
func (p Process) String() string {
	if p.Name == "" {
		return fmt.Sprintf("process %d", p.PID)
	}
	return fmt.Sprintf("%s (process %d)", Clean(p.Name), p.PID)
}

// Caller is the program that asks: our parent, or the parent of the shell
// that only started us (most SDKs run a credential_process through sh -c).
func Caller() Process {
	pid := os.Getppid()
	for range 4 {
		name, args, parent := inspect(pid)
		if parent <= 1 || !isShellCommand(name, args) {
			return Process{pid, name}
		}
		pid = parent
	}
	return Process{PID: pid}
}

var shells = []string{"sh", "bash", "dash", "zsh", "ash", "busybox", "cmd.exe", "cmd"}

func isShellCommand(name string, args []string) bool {
	if !slices.Contains(shells, filepath.Base(strings.ToLower(name))) || len(args) < 2 {
		return false
	}
	return args[1] == "-c" || strings.EqualFold(args[1], "/c")
}
