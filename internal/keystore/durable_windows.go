package keystore

import (
	"os"

	"golang.org/x/sys/windows"
)

const errReadOnly = windows.ERROR_WRITE_PROTECT

const lockFlag = os.O_CREATE | os.O_RDONLY

// syncDir does nothing: Windows has no fsync for directories, and NTFS
// journals its names.
func syncDir(string) error { return nil }
