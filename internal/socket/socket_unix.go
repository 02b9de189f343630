//go:build !windows

package socket

import (
	"errors"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"

	"golang.org/x/sys/unix"

	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/paths"
)

// Socket is where a server listens on this machine.
type Socket struct {
	*net.UnixListener
	path string
	made fs.FileInfo
}

// mostPath is the length in bytes of a socket's path, with room for its end
// (unix(7); macOS has the least).
const mostPath = 103

// CheckSocket returns why there can be no socket at path, which is absolute: its directory
// is to be this user's alone, or not there yet, and nobody else may serve there. It makes
// nothing. What is left there by a server that was killed is no reason.
func CheckSocket(path string) error {
	if len(path) > mostPath {
		return failure.New(failure.Usage, "the path of the socket has %d bytes, and the system allows %d: %s", len(path), mostPath, path)
	}
	dir := filepath.Dir(path)
	if err := paths.CheckOwn(dir); err != nil {
		return failure.New(failure.Other, "awsbroker cannot create a socket in %s: %w", dir, err)
	}
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return failure.New(failure.Other, "awsbroker cannot create a socket in %s: %w", dir, err)
	case !info.IsDir():
		return failure.New(failure.Other, "awsbroker cannot create a socket in %s: it is not a directory", dir)
	case info.Mode().Perm()&0o077 != 0:
		return failure.New(failure.Other, "other users may enter the directory of the socket, %s", dir).
			Hint("name a directory that does not exist yet: awsbroker creates it for you alone")
	}
	if info, err = os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return failure.New(failure.Other, "awsbroker cannot create the socket: %w", err)
	}
	if info.Mode()&fs.ModeSocket == 0 {
		return failure.New(failure.Other, "there is a file at %s, and it is not a socket", path).Hint("name another path, or move the file away")
	}
	if c, err := net.DialTimeout("unix", path, toConnect); !errors.Is(err, syscall.ECONNREFUSED) {
		if err == nil {
			c.Close()
		}
		return failure.New(failure.Other, "another server listens at %s", path).Hint("end it first, or name another path")
	}
	return nil
}

// Listen makes the socket, for this user alone (0600), in a directory of the same kind
// (0700). Of two servers that start at once, one gets it.
func Listen(path string) (*Socket, error) {
	dir := filepath.Dir(path)
	if err := CheckSocket(path); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, failure.New(failure.Other, "the directory of the socket could not be made: %w", err)
	}
	unlock, err := lockDir(dir)
	if err != nil {
		return nil, failure.New(failure.Other, "awsbroker cannot create a socket in %s: %w", dir, err)
	}
	defer unlock()
	if err := CheckSocket(path); err != nil {
		return nil, err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, failure.New(failure.Other, "the socket of a server that has ended could not be removed: %w", err)
	}
	l, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, failure.New(failure.Other, "awsbroker cannot create the socket: %w", err)
	}
	l.SetUnlinkOnClose(false)
	s := &Socket{UnixListener: l, path: path}
	if err = os.Chmod(path, 0o600); err == nil { // the directory keeps others out until then
		s.made, err = os.Lstat(path)
	}
	if err != nil {
		_ = l.Close()
		return nil, failure.New(failure.Other, "the socket could not be closed to others: %w", err)
	}
	return s, nil
}

// Remove ends the listening and takes the socket away, unless another server's is there by
// now.
func (s *Socket) Remove() {
	unlock, err := lockDir(filepath.Dir(s.path))
	if err == nil {
		defer unlock()
	}
	_ = s.Close()
	if now, err := os.Lstat(s.path); err == nil && os.SameFile(now, s.made) {
		_ = os.Remove(s.path)
	}
}

// lockDir keeps other servers from making or removing sockets in dir meanwhile.
func lockDir(dir string) (unlock func(), err error) {
	f, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	if err := unix.Flock(int(f.Fd()), unix.LOCK_EX); err != nil {
		f.Close()
		return nil, err
	}
	return func() { f.Close() }, nil
}
