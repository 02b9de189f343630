package console

import "syscall"

// apart starts a program in a group of its own, so that Ctrl-C in this console is not
// for it.
func apart() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}
