// Package caller finds out which program runs awsbroker: people are told who
// asks for a code, and the log of grants names who was given a session.
//
// On Linux it may import what package early may, which needs it for the log.
package caller

import "os"

// Process is one that a person may recognise. Its texts are as the system
// reports them: whoever shows them cleans them.
type Process struct {
	PID  int
	Name string // empty where the system does not tell
	Dir  string // where it runs; empty where the system does not tell
}

// actsFor is a fact about the whole process, like its parent, and as global.
var actsFor int

// ActFor says that this process works for another one than its parent, which
// may be nobody's: exec's server is cut off from its command on purpose.
func ActFor(pid int) { actsFor = pid }

// Find returns the program that asks: our parent, or the parent of the shell
// that only started us (most SDKs run a credential_process through sh -c).
//
// Dir is our own directory, which is the one that the caller had when it
// started us: it may run in another by now, and looking there takes rights
// that we may not have.
func Find() Process {
	dir, _ := workingDir()
	if actsFor != 0 {
		return Process{actsFor, nameOf(actsFor), dir}
	}
	pid := os.Getppid()
	for range 4 {
		name := nameOf(pid)
		parent := 0
		if onlyStarts(pid, name) {
			parent = Parent(pid)
		}
		if parent <= 1 {
			return Process{pid, name, dir}
		}
		pid = parent
	}
	return Process{PID: pid, Dir: dir}
}
