package keystore

import "golang.org/x/sys/windows"

const errReadOnly = windows.ERROR_WRITE_PROTECT

// syncDir does nothing: Windows has no fsync for directories, and NTFS
// journals its names.
func syncDir(string) error { return nil }
