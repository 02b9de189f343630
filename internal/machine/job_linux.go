package machine

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// Processes are those of the job's session with a name, or all.
func (j *Job) Processes(name string) []int {
	var found []int
	stats, _ := filepath.Glob("/proc/[0-9]*/stat")
	for _, path := range stats {
		data, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		s := string(data) // pid (comm) state ppid pgrp session …
		end := strings.LastIndexByte(s, ')')
		comm, f := s[strings.IndexByte(s, '(')+1:end], strings.Fields(s[end+1:])
		pid, _ := strconv.Atoi(filepath.Base(filepath.Dir(path)))
		if f[3] == strconv.Itoa(j.Cmd.Process.Pid) && f[0] != "Z" && (name == "" || comm == name) {
			found = append(found, pid)
		}
	}
	return found
}

// Echoes reports whether the terminal shows what is typed.
func (tm *Terminal) Echoes() bool {
	tm.T.Helper()
	master, err := tm.Master.SyscallConn() // Fd would make it impossible to close while it is read
	if err != nil {
		tm.T.Fatal(err)
	}
	var state *unix.Termios
	if e := master.Control(func(fd uintptr) { state, err = unix.IoctlGetTermios(int(fd), unix.TCGETS) }); e != nil || err != nil {
		tm.T.Fatal(e, err)
	}
	return state.Lflag&unix.ECHO != 0 && state.Lflag&unix.ICANON != 0
}
