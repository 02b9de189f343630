//go:build !windows

package keystore

import (
	"os"
	"syscall"
)

const errReadOnly = syscall.EROFS

// lockFlag opens a lock file, and follows no link from it.
const lockFlag = os.O_CREATE | os.O_RDONLY | syscall.O_NOFOLLOW

// syncDir makes the names in dir survive a power cut (fsync(2): syncing a file
// does not sync its directory entry).
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
