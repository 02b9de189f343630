//go:build !windows

package grant

import (
	"os"
	"syscall"
)

// flags: O_NONBLOCK so that a pipe is not waited for. Bare system calls,
// because os.File would bring its poller along.
const flags = syscall.O_NOFOLLOW | syscall.O_NONBLOCK | syscall.O_CLOEXEC

// Append adds a line to the log at path, which is there.
func Append(path string, line []byte) error { return appendTo(path, 0, line) }

// Create is Append for a log that may not be there yet, in a directory that is.
func Create(path string, line []byte) error { return appendTo(path, syscall.O_CREAT, line) }

// appendTo writes with one call, so that lines of processes that write at once
// do not mix. What is at path and is no regular file of this user's (a link, a
// pipe) is left alone; nothing is waited for.
func appendTo(path string, mode int, line []byte) error {
	mode |= syscall.O_WRONLY | syscall.O_APPEND | flags
	fd, err := syscall.Open(path, mode, 0o600)
	if err != nil {
		return &os.PathError{Op: "open", Path: path, Err: err}
	}
	defer syscall.Close(fd)
	if err := checkOurs(fd); err != nil {
		return err
	}
	n, err := syscall.Write(fd, line)
	if err != nil {
		return &os.PathError{Op: "write", Path: path, Err: err}
	}
	if n < len(line) {
		return ErrTorn // the disk is full
	}
	return nil
}

func checkOurs(fd int) error {
	var st syscall.Stat_t
	if err := syscall.Fstat(fd, &st); err != nil {
		return err
	}
	if st.Mode&syscall.S_IFMT != syscall.S_IFREG || int(st.Uid) != os.Geteuid() {
		return ErrNotOurs
	}
	if st.Mode&0o077 != 0 {
		return syscall.Fchmod(fd, 0o600)
	}
	return nil
}

// OpenToRead opens a log of this user's.
func OpenToRead(path string) (*os.File, error) {
	fd, err := syscall.Open(path, syscall.O_RDONLY|flags, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	if err := checkOurs(fd); err != nil {
		syscall.Close(fd)
		return nil, &os.PathError{Op: "read", Path: path, Err: err}
	}
	return os.NewFile(uintptr(fd), path), nil
}
