//go:build !windows

package prompt

import (
	"os"
	"syscall"
)

// A program of ours leads a process group, which what it starts belongs to.

func askToEnd(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGTERM) }

func killAll(p *os.Process) { _ = syscall.Kill(-p.Pid, syscall.SIGKILL) }
