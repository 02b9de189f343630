//go:build !windows

package broker

import (
	"io/fs"
	"os"
	"syscall"
)

// permissions are those that count. What is not the owner's in a directory
// with the sticky bit cannot be replaced by others.
func permissions(info fs.FileInfo) fs.FileMode {
	if info.IsDir() && info.Mode()&fs.ModeSticky != 0 {
		return info.Mode().Perm() &^ write
	}
	if info.Mode()&fs.ModeCharDevice != 0 {
		return 0 // AWS_CONFIG_FILE=/dev/null
	}
	return info.Mode().Perm()
}

// ownedByOther reports whether a file is neither ours nor the system's.
func ownedByOther(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) != os.Geteuid() && st.Uid != 0
}
