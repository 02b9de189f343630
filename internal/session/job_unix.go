//go:build !windows

package session

import "syscall"

func ownJob() int { return syscall.Getpgrp() }
