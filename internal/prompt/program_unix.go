//go:build !windows

package prompt

import (
	"os/exec"
	"syscall"
	"time"
)

// terminate tells a program and all in its session's group to end, and kills
// what does not.
func terminate(cmd *exec.Cmd) {
	group := -cmd.Process.Pid
	_ = syscall.Kill(group, syscall.SIGTERM)
	time.AfterFunc(grace, func() { _ = syscall.Kill(group, syscall.SIGKILL) })
}

// killRest ends what a program that ended left behind.
func killRest(cmd *exec.Cmd) { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
