//go:build !windows

package programs

// separators of directories: a name with one is a path.
const separators = "/"
