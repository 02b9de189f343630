package socket

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// ownPID returns the number of a process as it knows it itself, in a container perhaps: the
// last one of NSpid in /proc/pid/status (proc(5)).
func ownPID(pid int) int {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	_, rest, _ := strings.Cut(string(status), "\nNSpid:")
	line, _, _ := strings.Cut(rest, "\n")
	numbers := strings.Fields(line)
	if len(numbers) == 0 {
		return pid
	}
	own, _ := strconv.Atoi(numbers[len(numbers)-1])
	return own
}
