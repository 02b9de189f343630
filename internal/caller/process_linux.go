package caller

import (
	"strconv"
	"syscall"
)

// What is read is in proc(5). Without /proc, or for a process that ended,
// there is nothing. stat says most with one look: a cached answer looks at each
// parent for the log.

func nameOf(pid int) string {
	comm := read(pid, "comm")
	if n := len(comm); n > 0 && comm[n-1] == '\n' {
		comm = comm[:n-1]
	}
	return string(comm)
}

var shells = [...]string{"sh", "bash", "dash", "zsh", "ash", "busybox"}

// onlyStarts reports whether a process is a shell, and its arguments those of
// one command line that it runs for another program.
func onlyStarts(pid int, name string) bool {
	for _, shell := range shells {
		if name == shell {
			return isCommandLine(read(pid, "cmdline"))
		}
	}
	return false
}

// isCommandLine reports whether the second of a process's arguments is -c.
func isCommandLine(args []byte) bool {
	const flag = "\x00-c\x00"
	end := 0
	for end < len(args) && args[end] != 0 {
		end++
	}
	return len(args) >= end+len(flag) && string(args[end:end+len(flag)]) == flag
}

// Parent of a process; 0 where it cannot be told.
func Parent(pid int) int { return look(pid).parent }

// look reads what the kernel says of a process: pid (name) state ppid pgrp session tty …,
// where the name may hold spaces and parentheses.
func look(pid int) about {
	stat := read(pid, "stat")
	start, end := 0, len(stat)-1
	for start < len(stat) && stat[start] != '(' {
		start++
	}
	for end >= 0 && stat[end] != ')' {
		end--
	}
	const state = len(") S ")
	if end <= start || len(stat) < end+state {
		return about{}
	}
	rest := stat[end+state:]
	parent, rest := number(rest)
	_, rest = number(rest) // the process group
	session, rest := number(rest)
	tty, _ := number(rest)
	return about{string(stat[start+1 : end]), parent, session == pid && tty != 0}
}

// number takes a number and the space after it from the front of text.
func number(text []byte) (n int, rest []byte) {
	for i, c := range text {
		if c < '0' || c > '9' {
			return n, text[i+1:]
		}
		n = n*10 + int(c-'0')
	}
	return n, nil
}

// read the beginning of a file, which is all that is of interest. It uses bare
// system calls, because os.File would bring its poller along.
func read(pid int, file string) []byte {
	fd, err := syscall.Open("/proc/"+strconv.Itoa(pid)+"/"+file, syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
	if err != nil {
		return nil
	}
	defer syscall.Close(fd)
	data := make([]byte, 1024)
	n, _ := syscall.Read(fd, data)
	return data[:max(0, n)]
}
