//go:build !windows

package caller

import "syscall"

// JobLeader returns the name of the program that leads the job of this process; empty
// where the system does not tell.
func JobLeader() string { return nameOf(syscall.Getpgrp()) }
