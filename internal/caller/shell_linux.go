package caller

import (
	"bytes"
	"slices"
)

// typedInto are the shells in which people type.
var typedInto = []string{"bash", "zsh", "fish", "sh", "dash", "ash", "ksh", "mksh", "tcsh", "nu", "xonsh", "elvish"}

// IsShell reports whether the process is a shell in which a person types, and not one
// that runs a script or one command line, nor an agent's.
func (p Process) IsShell() bool {
	if p.Agent != (Agent{}) || !slices.Contains(typedInto, p.Name) {
		return false
	}
	args := bytes.Split(bytes.TrimSuffix(read(p.PID, "cmdline"), []byte{0}), []byte{0})
	for _, arg := range args[1:] {
		if len(arg) == 0 || arg[0] != '-' || string(arg) == "-c" {
			return false
		}
	}
	return len(args[0]) > 0
}
