//go:build !windows

package session

import "syscall"

// JobID identifies the job this process belongs to: its process group.
func JobID() int { return syscall.Getpgrp() }
