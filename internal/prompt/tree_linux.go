package prompt

import (
	"os"
	"strconv"
	"syscall"

	"github.com/awsbroker/awsbroker/internal/caller"
)

// killTree ends a process and what it started, as far as it can be seen: what
// was orphaned before is not found. proc(5).
func killTree(pid int) error {
	children := map[int][]int{}
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		if child, err := strconv.Atoi(e.Name()); err == nil {
			parent := caller.Parent(child)
			children[parent] = append(children[parent], child)
		}
	}
	doomed := []int{pid}
	for i := 0; i < len(doomed); i++ {
		doomed = append(doomed, children[doomed[i]]...)
	}
	for _, p := range doomed[1:] {
		_ = syscall.Kill(p, syscall.SIGKILL)
	}
	return syscall.Kill(pid, syscall.SIGKILL)
}
