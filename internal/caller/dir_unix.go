//go:build !windows && !linux

package caller

import "syscall"

// workingDir asks the kernel. os.Getwd would look at $PWD first, with two
// more calls, and prefer a path through links.
func workingDir() (string, error) { return syscall.Getwd() }
