//go:build !windows

package dotfile

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// keepOwner gives the file to the owner and group of the old one.
func keepOwner(f *os.File, old fs.FileInfo) error {
	want, ok := old.Sys().(*syscall.Stat_t)
	if !ok {
		return nil
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if have, ok := info.Sys().(*syscall.Stat_t); ok && have.Uid == want.Uid && have.Gid == want.Gid {
		return nil
	}
	if err := f.Chown(int(want.Uid), int(want.Gid)); err != nil {
		return errOwner
	}
	return nil
}

// isMountPoint reports whether a rename failed because the target is mounted
// there by itself, as docker -v FILE:FILE does.
func isMountPoint(err error) bool {
	return errors.Is(err, syscall.EBUSY) || errors.Is(err, syscall.EXDEV)
}

func isReadOnly(err error) bool { return errors.Is(err, syscall.EROFS) }
