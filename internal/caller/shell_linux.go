package caller

// typedInto are the shells in which people type.
var typedInto = [...]string{"bash", "zsh", "fish", "sh", "dash", "ash", "ksh", "mksh", "tcsh", "nu", "xonsh", "elvish"}

// IsShell reports whether the process is a shell in which a person types, and not one
// that runs a script or one command line, nor an agent's.
func (p Process) IsShell() bool {
	if p.Agent != (Agent{}) || p.Client != nil {
		return false
	}
	for _, name := range typedInto {
		if name == p.Name {
			args := read(p.PID, "cmdline")
			return len(args) > 0 && hasOnlyFlags(args)
		}
	}
	return false
}

// hasOnlyFlags reports whether all arguments after the first are flags, and none is -c.
func hasOnlyFlags(args []byte) bool {
	if isCommandLine(args) {
		return false
	}
	for i, c := range args[:len(args)-1] {
		if c == 0 && args[i+1] != '-' {
			return false
		}
	}
	return true
}
