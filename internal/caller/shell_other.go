//go:build !linux

package caller

// IsShell: arguments are not read, so that nothing tells a shell in which a person types
// from one that runs a script.
func (p Process) IsShell() bool { return false }
