//go:build linux || windows

package start

// dropCore: package early does it on Linux, and what takes this process's place there
// starts anew. Go's runtime keeps Windows from writing dumps.
func dropCore() {}

// RestoreCore gives back what dropCore took.
func RestoreCore() {}
