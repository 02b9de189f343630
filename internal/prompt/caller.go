package prompt

import (
	"fmt"
	"strings"

	"github.com/awsbroker/awsbroker/internal/caller"
	"github.com/awsbroker/awsbroker/internal/paths"
	"github.com/awsbroker/awsbroker/internal/say"
)

// Caller is the program that asks, as it is shown: its name, its process, and
// the directory it works in, so that neither passes for words of ours.
// "terraform (process 4711) in ~/infra", "aws (process 4711), for claude (process 4000), in
// ~/shop"
func Caller() string { return Describe(caller.Find()) }

// OtherCaller is Caller, or empty where that is the shell in which the person types: she
// knows what she typed.
func OtherCaller() string {
	p := caller.Find()
	if p.IsShell() {
		return ""
	}
	return Describe(p)
}

// Describe is Caller for a process that is known.
func Describe(p caller.Process) string {
	text := fmt.Sprintf("process %d", p.PID)
	if p.Name != "" {
		text = named(p.Name, p.PID)
	}
	if p.Client != nil {
		text = throughServer(p, text)
	}
	if a := p.Agent; a.Name != "" && a.PID != p.PID {
		text += ", for " + named(a.Name, a.PID) + ","
	}
	if p.Dir != "" {
		text += " in " + lastOf(paths.UnderHome(p.Dir))
	}
	return strings.TrimSuffix(text, ",")
}

// throughServer names a program that asks a server of ours, seen being what the system
// tells of it: "aws (process 4711)", "aws (process 4711) on 3f2a91 (it says)", "aws on devbox
// (it says), through ssh (process 4711)".
func throughServer(p caller.Process, seen string) string {
	host := ""
	if p.Client.Host != "" {
		host = " on " + lastOf(p.Client.Host) + " (it says)"
	}
	switch {
	case p.PID == 0 && p.Client.Program == "":
		return "a program with the server's token"
	case p.PID == 0:
		return lastOf(p.Client.Program) + host
	case p.Client.Program != "":
		return lastOf(p.Client.Program) + host + ", through " + seen
	}
	return seen + host
}

func named(name string, pid int) string {
	if pid == 0 {
		return lastOf(name)
	}
	return fmt.Sprintf("%s (process %d)", lastOf(name), pid)
}

// maxCaller is the length in characters of a name or directory that is shown:
// what comes after it must not be pushed out of sight.
const maxCaller = 60

// lastOf is the end of a long text, which tells directories apart, as a name.
func lastOf(text string) string {
	if all := []rune(text); len(all) > maxCaller {
		text = "…" + string(all[len(all)-maxCaller+1:])
	}
	return say.Quoted(text)
}
