//go:build !linux && !windows

package start

import (
	"syscall"
	"testing"
)

// TestCore: this process leaves no core dump, and what takes its place may leave one.
func TestCore(t *testing.T) {
	limit := func() (l syscall.Rlimit) {
		if err := syscall.Getrlimit(syscall.RLIMIT_CORE, &l); err != nil {
			t.Fatal(err)
		}
		return l
	}
	if limit().Cur != 0 {
		t.Error("package start does not limit core dumps")
	}
	RestoreCore()
	before := limit()
	before.Cur = before.Max
	if err := syscall.Setrlimit(syscall.RLIMIT_CORE, &before); err != nil {
		t.Fatal(err)
	}
	dropCore()
	if limit().Cur != 0 || limit().Max != before.Max {
		t.Errorf("the limit is %+v, and was %+v", limit(), before)
	}
	RestoreCore()
	if limit() != before {
		t.Errorf("the limit is %+v, and was %+v", limit(), before)
	}
}
