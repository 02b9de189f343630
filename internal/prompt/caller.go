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
func Caller() string { return describe(caller.Find()) }

// OtherCaller is Caller, or empty where that is the shell in which the person types: she
// knows what she typed.
func OtherCaller() string {
	p := caller.Find()
	if p.IsShell() {
		return ""
	}
	return describe(p)
}

func describe(p caller.Process) string {
	text := fmt.Sprintf("process %d", p.PID)
	if p.Name != "" {
		text = named(p.Name, p.PID)
	}
	if a := p.Agent; a.Name != "" && a.PID != p.PID {
		text += ", for " + named(a.Name, a.PID) + ","
	}
	if p.Dir != "" {
		text += " in " + lastOf(paths.UnderHome(p.Dir))
	}
	return strings.TrimSuffix(text, ",")
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
