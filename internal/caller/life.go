package caller

// Life is one run of a process. When it began tells it from a later process that has
// the same id.
type Life struct {
	PID   int
	Began uint64 // in a unit of the system's own; 0: there is no such process, or the system does not tell
}

// lifeOf returns the run of a process that is under way.
func lifeOf(pid int) Life { return Life{pid, began(pid)} }

// IsOver reports whether the process has ended, or cannot be told from another one.
func (l Life) IsOver() bool { return l.Began == 0 || lifeOf(l.PID) != l }

// Life returns the run of the agent's process. An agent of which only the environment
// tells is the first of the parents that does not have its variable itself. ok is false
// if that cannot be found out.
func (a Agent) Life() (l Life, ok bool) {
	pid := a.PID
	if pid == 0 && speaksFor == nil {
		pid = a.findSetter()
	}
	l = lifeOf(pid)
	return l, pid > 1 && l.Began != 0
}

// findSetter returns the process that gave its children the agent's variable; 0 if it
// cannot be found.
func (a Agent) findSetter() int {
	variable := ""
	for _, m := range marks {
		if m.agent == a.Name {
			variable = m.variable
		}
	}
	pid := firstParent()
	for range mostParents {
		has, ok := hasVariable(pid, variable)
		if !ok || !has {
			if !ok {
				return 0
			}
			return pid
		}
		pid = Parent(pid)
	}
	return 0
}
