package memory

import (
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
)

// dropPages gives up the pages of the program's own file that starting it took,
// which the system has in its cache anyway: those that are needed come back when
// they are. madvise(2), proc_pid_maps(5).
func dropPages() {
	self, err := os.Executable()
	maps, errMaps := os.ReadFile("/proc/self/maps")
	if err != nil || errMaps != nil {
		return
	}
	for line := range strings.Lines(string(maps)) {
		f := strings.Fields(line)
		if len(f) < 6 || f[5] != self || strings.Contains(f[1], "w") { // what was written to is nowhere else
			continue
		}
		from, to, _ := strings.Cut(f[0], "-")
		start, err1 := strconv.ParseUint(from, 16, 64)
		end, err2 := strconv.ParseUint(to, 16, 64)
		if err1 == nil && err2 == nil {
			_, _, _ = unix.Syscall(unix.SYS_MADVISE, uintptr(start), uintptr(end-start), unix.MADV_DONTNEED)
		}
	}
}
