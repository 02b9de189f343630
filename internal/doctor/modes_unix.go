//go:build !windows

package doctor

import (
	"io/fs"
	"os"
	"syscall"
)

// permissions are those that count. A group with the number of the user is
// the user's own, as most Linux distributions have it. What is in a directory
// with the sticky bit cannot be replaced by others.
func permissions(info fs.FileInfo) fs.FileMode {
	mode := info.Mode().Perm()
	if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Gid == st.Uid {
		mode &^= 0o070
	}
	switch {
	case info.IsDir() && info.Mode()&fs.ModeSticky != 0:
		return mode &^ write
	case info.Mode()&fs.ModeCharDevice != 0:
		return 0 // AWS_CONFIG_FILE=/dev/null
	}
	return mode
}

// ownedByOther reports whether a file is neither ours nor the system's.
func ownedByOther(info fs.FileInfo) bool {
	st, ok := info.Sys().(*syscall.Stat_t)
	return ok && int(st.Uid) != os.Geteuid() && st.Uid != 0
}
