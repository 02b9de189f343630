//go:build !windows

package socket

import "golang.org/x/sys/unix"

// groupOf returns the process group of a process; 0 where it cannot be told.
func groupOf(pid int) int {
	group, err := unix.Getpgid(max(pid, 1))
	if err != nil || pid == 0 {
		return 0
	}
	return group
}
