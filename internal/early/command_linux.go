package early

import (
	"os"
	"syscall"
)

// find the program of a command, as os/exec does in main; ok is false where
// there is none, or not certainly this one.
func find(name string) (path string, ok bool) {
	for i := range len(name) {
		if name[i] == '/' {
			return name, executable(name)
		}
	}
	dirs := os.Getenv("PATH")
	for name != "" && dirs != "" {
		end := 0
		for end < len(dirs) && dirs[end] != ':' {
			end++
		}
		dir := dirs[:end]
		dirs = dirs[min(len(dirs), end+1):]
		if !clean(dir) {
			return "", false
		}
		if path := dir + "/" + name; executable(path) {
			return path, true
		}
	}
	return "", false
}

// clean reports whether a directory is absolute, and filepath.Clean would leave
// it as it is: scripts see the path by which they were found.
func clean(dir string) bool {
	if dir == "" || dir[0] != '/' {
		return false
	}
	for start := 1; start <= len(dir); {
		end := start
		for end < len(dir) && dir[end] != '/' {
			end++
		}
		if part := dir[start:end]; part == "" || part == "." || part == ".." {
			return false
		}
		start = end + 1
	}
	return true
}

func executable(path string) bool {
	const effective = 0x200 // AT_EACCESS: as the user that execve will ask for
	var st syscall.Stat_t
	return syscall.Stat(path, &st) == nil && st.Mode&syscall.S_IFMT != syscall.S_IFDIR && st.Mode&0o111 != 0 &&
		syscall.Faccessat(-100, path, 1, effective) == nil
}

// replace this process by the command. It returns only if that fails, and main
// tells why.
func replace(path string, args, environ []string) { _ = syscall.Exec(path, args, environ) }
