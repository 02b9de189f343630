//go:build !windows

package keystore

import (
	"os"
	"syscall"
)

const errReadOnly = syscall.EROFS

// lockFlag opens a lock file, and follows no link from it.
const lockFlag = os.O_CREATE | os.O_RDONLY | syscall.O_NOFOLLOW
