package failure

import "golang.org/x/sys/windows"

// obstacles are system error codes about the file system that a file is on.
var obstacles = []obstacle{
	{[]error{windows.ERROR_DISK_FULL, windows.ERROR_HANDLE_DISK_FULL}, "make room there, then run this again"},
	{[]error{windows.ERROR_DISK_QUOTA_EXCEEDED}, "your quota of that disk is used up: make room there, then run this again"},
	{[]error{windows.ERROR_WRITE_PROTECT}, "that disk is write-protected"},
}
