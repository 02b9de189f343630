package prompt

import (
	"fmt"
	"os"
	"strconv"
	"strings"
)

// inspect reads proc(5). Without /proc, or for a process that ended, it
// returns nothing.
func inspect(pid int) (name string, args []string, parent int) {
	dir := fmt.Sprintf("/proc/%d/", pid)
	stat, err := os.ReadFile(dir + "stat")
	if err != nil {
		return "", nil, 0
	}
	// pid (comm) state ppid …, where comm may hold spaces and parentheses.
	s := string(stat)
	open, end := strings.IndexByte(s, '('), strings.LastIndexByte(s, ')')
	if open < 0 || end < open {
		return "", nil, 0
	}
	if f := strings.Fields(s[end+1:]); len(f) > 1 {
		parent, _ = strconv.Atoi(f[1])
	}
	if cmdline, err := os.ReadFile(dir + "cmdline"); err == nil {
		args = strings.Split(strings.TrimRight(string(cmdline), "\x00"), "\x00")
	}
	return s[open+1 : end], args, parent
}
