//go:build !linux && !windows

package start

import "syscall"

// coreBefore is the limit on core dumps that this process was started with.
var coreBefore syscall.Rlimit

// dropCore keeps this process's memory out of core dumps: macOS and the BSDs have no
// PR_SET_DUMPABLE, by which package early does it on Linux. The hard limit stays, so
// that RestoreCore can take it back. setrlimit(2).
func dropCore() {
	if syscall.Getrlimit(syscall.RLIMIT_CORE, &coreBefore) != nil {
		return
	}
	none := coreBefore
	none.Cur = 0
	_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &none)
}

// RestoreCore gives the limit on core dumps back that this process was started with, for
// the command that takes its place.
func RestoreCore() {
	if coreBefore.Cur > 0 {
		_ = syscall.Setrlimit(syscall.RLIMIT_CORE, &coreBefore)
	}
}
