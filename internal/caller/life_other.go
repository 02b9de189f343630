//go:build !linux && !darwin && !windows

package caller

// began: the system is not asked, so a process is never known again.
func began(int) uint64 { return 0 }

func hasVariable(int, string) (has, ok bool) { return false, false }
