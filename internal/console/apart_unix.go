//go:build !windows

package console

import "syscall"

// apart starts a program in a session of its own, so that Ctrl-C in this terminal is not
// for it.
func apart() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }
