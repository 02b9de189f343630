//go:build !windows

package doctor

import (
	"io/fs"
	"os"
	"strings"
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

// prefixes are where Homebrew puts programs, and the directories whose owner is the one
// who installs them. https://docs.brew.sh/Installation
var prefixes = map[string]string{
	"/opt/homebrew/":              "/opt/homebrew",
	"/usr/local/":                 "/usr/local/Homebrew",
	"/home/linuxbrew/.linuxbrew/": "/home/linuxbrew/.linuxbrew",
}

// ofStranger reports whether a program or its directory is neither ours, nor the
// system's, nor the package manager's.
func ofStranger(path string, info fs.FileInfo) bool {
	if !ownedByOther(info) {
		return false
	}
	for prefix, of := range prefixes {
		if owner, err := os.Stat(of); strings.HasPrefix(path, prefix) && err == nil && sameOwner(owner, info) {
			return false
		}
	}
	return true
}

func sameOwner(a, b fs.FileInfo) bool {
	one, ok1 := a.Sys().(*syscall.Stat_t)
	other, ok2 := b.Sys().(*syscall.Stat_t)
	return ok1 && ok2 && one.Uid == other.Uid
}
