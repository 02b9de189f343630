//go:build !windows

package start

import (
	"os"
	"strconv"
	"syscall"
)

// fewest is how many more files a run must be able to open. Where Go's runtime cannot open
// the two that it waits with, it ends with its stacks and exit code 2, which is a usage error here.
const fewest = 6

// needDescriptors ends a run that may not open so many files (ulimit -n).
func needDescriptors() {
	var opened [fewest]int
	for i := range opened {
		fd, err := syscall.Open("/", syscall.O_RDONLY|syscall.O_CLOEXEC, 0)
		if err == syscall.EMFILE || err == syscall.ENFILE {
			os.Stderr.WriteString("awsbroker: error: the limit on open files leaves room for " + strconv.Itoa(i) + ", and awsbroker needs " + strconv.Itoa(fewest) + "; hint: raise the limit: ulimit -n 256\n")
			os.Exit(1)
		}
		opened[i] = fd
	}
	for _, fd := range opened {
		if fd >= 0 {
			_ = syscall.Close(fd)
		}
	}
}
