//go:build !windows

package grants

import (
	"os"

	"golang.org/x/sys/unix"
)

// flags: O_NONBLOCK so that a pipe is not waited for. Bare system calls,
// because os.File would bring its poller along.
const flags = unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_CLOEXEC

func appendTo(path string, create bool, line []byte) error {
	mode := unix.O_WRONLY | unix.O_APPEND | flags
	if create {
		mode |= unix.O_CREAT
	}
	fd, err := unix.Open(path, mode, 0o600)
	if err != nil {
		return &os.PathError{Op: "open", Path: path, Err: err}
	}
	defer unix.Close(fd)
	if err := checkOurs(fd); err != nil {
		return err
	}
	n, err := unix.Write(fd, line)
	if err != nil {
		return &os.PathError{Op: "write", Path: path, Err: err}
	}
	if n < len(line) {
		return errTorn // the disk is full
	}
	return nil
}

func checkOurs(fd int) error {
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return err
	}
	if st.Mode&unix.S_IFMT != unix.S_IFREG || int(st.Uid) != os.Geteuid() {
		return errNotOurs
	}
	if st.Mode&0o077 != 0 {
		return unix.Fchmod(fd, 0o600)
	}
	return nil
}

func openToRead(path string) (*os.File, error) {
	fd, err := unix.Open(path, unix.O_RDONLY|flags, 0)
	if err != nil {
		return nil, &os.PathError{Op: "open", Path: path, Err: err}
	}
	if err := checkOurs(fd); err != nil {
		unix.Close(fd)
		return nil, &os.PathError{Op: "read", Path: path, Err: err}
	}
	return os.NewFile(uintptr(fd), path), nil
}
