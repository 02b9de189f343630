//go:build !windows && !linux

package keystore

import (
	"os"
	"os/exec"
	"strconv"
	"strings"
)

// controllingTerminal asks ps(1), which says "ttys003", and "??" for none.
func controllingTerminal() string {
	name := ps("tty=", os.Getpid())
	if name == "" || strings.ContainsAny(name, "?- ") {
		return ""
	}
	return "/dev/" + name
}

// processName is the program that a process runs.
func processName(pid int) string { return ps("comm=", pid) }

func ps(column string, pid int) string {
	out, _ := exec.Command("/bin/ps", "-o", column, "-p", strconv.Itoa(pid)).Output()
	return strings.TrimSpace(string(out))
}

// hasDesktop reports whether a graphical pinentry has somewhere to appear:
// pinentry-mac needs no DISPLAY, but a session at the screen.
func hasDesktop(variable func(string) string) bool {
	return variable("SSH_CONNECTION") == "" && variable("SSH_TTY") == ""
}
