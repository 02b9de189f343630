package caller

import "syscall"

// pathMax is a variable so that what is made of it is not on the stack, which
// would have to grow.
var pathMax = syscall.PathMax

// workingDir asks the kernel. os.Getwd would look at $PWD first, with two
// more calls, and prefer a path through links; syscall.Getwd is the same with
// its memory on the stack.
func workingDir() (string, error) {
	dir := make([]byte, pathMax)
	n, err := syscall.Getcwd(dir)
	if err != nil || n < 2 || dir[0] != '/' {
		return "", err // getcwd(2): (unreachable)/…
	}
	return string(dir[:n-1]), nil
}
