package caller

import "golang.org/x/sys/unix"

// began returns when a process started, in microseconds since 1970.
func began(pid int) uint64 {
	info, err := unix.SysctlKinfoProc("kern.proc.pid", pid)
	if err != nil {
		return 0
	}
	t := info.Proc.P_starttime
	return uint64(t.Sec)*1e6 + uint64(t.Usec)
}

// hasVariable: the system does not show environments.
func hasVariable(int, string) (has, ok bool) { return false, false }
