package caller

import "golang.org/x/sys/unix"

func nameOf(pid int) string {
	info, err := unix.SysctlKinfoProc("kern.proc.pid", pid)
	if err != nil {
		return ""
	}
	return unix.ByteSliceToString(info.Proc.P_comm[:])
}

// onlyStarts: arguments are not read, so a shell that only started us is named
// as the caller.
func onlyStarts(int, string) bool { return false }

// Parent of a process; 0 where it cannot be told.
func Parent(pid int) int {
	info, err := unix.SysctlKinfoProc("kern.proc.pid", pid)
	if err != nil {
		return 0
	}
	return int(info.Eproc.Ppid)
}

// look tells of no terminal: a chain of parents is followed to its end.
func look(pid int) about { return about{name: nameOf(pid), parent: Parent(pid)} }
