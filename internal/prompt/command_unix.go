//go:build !windows

package prompt

import (
	"context"
	"os/exec"
	"syscall"
)

func shell(ctx context.Context, line string, environ []string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "/bin/sh", "-c", line)
	cmd.Env = environ
	return cmd
}

// inOurGroup is for a command that shares the terminal with us: a group of its
// own would be a background job there, so what it started is looked for.
func inOurGroup(cmd *exec.Cmd) {
	cmd.Cancel = func() error { return killTree(cmd.Process.Pid) }
}

// ownGroup lets cancelling end what the shell started, too. On a terminal it
// may not be used: a group of its own is a background job there.
func ownGroup(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
}
