//go:build !windows

package failure

import "syscall"

// obstacles are numbers of errno(3) that are about a file system.
var obstacles = []obstacle{
	{[]error{syscall.ENOSPC}, "make room on that disk (df -h, df -i), then run this again"},
	{[]error{syscall.EDQUOT}, "your quota of that disk is used up: make room there, then run this again"},
	{[]error{syscall.EROFS}, "that disk is read-only: make it writable, then run this again"},
	{[]error{syscall.EFBIG}, "a limit on the size of files is in the way; lift it with: ulimit -f unlimited"},
	{[]error{syscall.EIO}, "that disk may be failing: look at what the kernel says (dmesg)"},
	{[]error{syscall.ENOTDIR}, "a part of that path is a file, and no directory: look at HOME"},
	{[]error{syscall.ENOLCK, syscall.ENOSYS, syscall.EOPNOTSUPP}, "that disk takes no locks: keep awsbroker's files on another one, with XDG_STATE_HOME, XDG_DATA_HOME and XDG_CACHE_HOME"},
}
