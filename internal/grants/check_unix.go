//go:build !windows

package grants

import (
	"io/fs"

	"golang.org/x/sys/unix"
)

func mayWrite(path string) error {
	if err := unix.Access(path, unix.W_OK); err != nil {
		return &fs.PathError{Op: "write", Path: path, Err: err}
	}
	return nil
}
