package caller

import (
	"os"
	"strconv"
	"strings"
)

// What is read is in proc(5). Without /proc, or for a process that ended,
// there is nothing. comm goes first because it costs least: a cached answer
// reads it for the log.

func nameOf(pid int) string {
	comm, err := os.ReadFile(proc(pid, "comm"))
	if err != nil {
		return ""
	}
	return strings.TrimSuffix(string(comm), "\n")
}

func argsOf(pid int) []string {
	cmdline, err := os.ReadFile(proc(pid, "cmdline"))
	if err != nil {
		return nil
	}
	return strings.Split(strings.TrimRight(string(cmdline), "\x00"), "\x00")
}

// Parent of a process; 0 where it cannot be told.
func Parent(pid int) int {
	stat, err := os.ReadFile(proc(pid, "stat"))
	if err != nil {
		return 0
	}
	// pid (comm) state ppid …, where comm may hold spaces and parentheses.
	s := string(stat)
	fields := strings.Fields(s[strings.LastIndexByte(s, ')')+1:])
	if len(fields) < 2 {
		return 0
	}
	parent, _ := strconv.Atoi(fields[1])
	return parent
}

func proc(pid int, file string) string { return "/proc/" + strconv.Itoa(pid) + "/" + file }
