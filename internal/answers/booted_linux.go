package answers

import (
	"syscall"
	"unsafe"
)

// uptime in seconds, suspension included: CLOCK_BOOTTIME of clock_gettime(2), which
// package syscall has no function for.
func uptime() int64 {
	const bootTime = 7
	var t syscall.Timespec
	if _, _, e := syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, bootTime, uintptr(unsafe.Pointer(&t)), 0); e != 0 {
		return 0
	}
	return int64(t.Sec)
}
