//go:build !linux && !darwin && !windows

package caller

func nameOf(int) string { return "" }

func onlyStarts(int, string) bool { return false }

// Parent of a process; 0 where it cannot be told.
func Parent(int) int { return 0 }
