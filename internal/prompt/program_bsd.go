//go:build !linux && !windows

package prompt

import (
	"os/exec"
	"syscall"
)

// apart gives a program a session of its own: it has no terminal that the
// kernel would stop it at.
func apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
