// Package caller finds out which program runs awsbroker, and whether it works for a
// coding agent: people are told who asks for a code, and the log of grants names who
// was given a session.
//
// On Linux it may import what package early may, which needs it for the log.
package caller

import "os"

// Process is one that a person may recognise. Its texts are as the system
// reports them: whoever shows them cleans them.
type Process struct {
	PID   int
	Name  string // empty where the system does not tell
	Dir   string // where it runs; empty where the system does not tell
	Agent Agent  // that it works for

	Client *Client // what it says of itself where it asks a server of ours; nil: it runs awsbroker
}

// Client is what a program says of itself and of where it runs, to a server that cannot
// check it.
type Client struct {
	Program string // its name, where the process is only what passes its question on, such as ssh
	Host    string // that it runs on; empty: this one
}

// String returns "aws on devbox", and less where less is known.
func (c *Client) String() string {
	switch {
	case c == nil:
		return ""
	case c.Host == "":
		return c.Program
	case c.Program == "":
		return "on " + c.Host
	}
	return c.Program + " on " + c.Host
}

// actsFor is a fact about the whole process, like its parent, and as global.
var actsFor int

// ActFor says that this process works for another one than its parent, which
// may be nobody's: exec's server is cut off from its command on purpose.
func ActFor(pid int) { actsFor = pid }

// speaksFor is a fact about the whole process, like actsFor.
var speaksFor *Process

// SpeakFor says that this process works for a client of its own until the next call; nil
// is none.
func SpeakFor(client *Process) { speaksFor = client }

// mostParents bounds how far up is looked. Where a person types, the look ends at the
// shell that leads the terminal; each step costs a cached answer a hundredth of its time.
const mostParents = 64

// Find returns the program that asks: our parent, or the parent of the shell
// that only started us (most SDKs run a credential_process through sh -c).
//
// Dir is our own directory, which is the one that the caller had when it
// started us: it may run in another by now, and looking there takes rights
// that we may not have.
func Find() Process {
	if speaksFor != nil {
		return *speaksFor
	}
	dir, _ := workingDir()
	pid, starts := firstParent(), actsFor == 0
	who := FindFrom(pid, starts)
	who.Dir = dir
	return who
}

// FindFrom returns the process pid, without its directory, and the agent that it works
// for. If starts, pid may be a shell that only started another program: then it is that
// shell's parent.
func FindFrom(pid int, starts bool) Process {
	who := Process{PID: pid}
	for range mostParents {
		p := look(pid)
		if starts || who.PID == pid {
			who.PID, who.Name = pid, p.name
			starts = starts && p.parent > 1 && onlyStarts(pid, p.name)
		}
		if isAgent(p.name) {
			who.Agent = Agent{p.name, pid}
			return who
		}
		if p.parent <= 1 || p.leads && !starts && !onlyStarts(pid, p.name) {
			break // nobody types into a shell that was started for one command line
		}
		pid = p.parent
	}
	if name := fromEnv(); name != "" {
		who.Agent = Agent{Name: name}
	}
	return who
}

// firstParent returns the first process that asks, however little it may be.
func firstParent() int {
	if actsFor != 0 {
		return actsFor
	}
	return os.Getppid()
}

// about is what a look at a process tells.
type about struct {
	name   string
	parent int  // 0 where it cannot be told
	leads  bool // the session of a terminal, in which a person types
}
