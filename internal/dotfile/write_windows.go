package dotfile

import (
	"errors"
	"io/fs"
	"os"

	"golang.org/x/sys/windows"
)

// keepOwner has nothing to do: a new file takes its access list from the
// directory.
func keepOwner(*os.File, fs.FileInfo) error { return nil }

// isMountPoint reports whether a rename failed because the target is on
// another volume.
func isMountPoint(err error) bool {
	return errors.Is(err, windows.ERROR_NOT_SAME_DEVICE)
}

func isReadOnly(err error) bool { return errors.Is(err, windows.ERROR_WRITE_PROTECT) }
