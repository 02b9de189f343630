package doctor

import (
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/pattern"
)

// wrapper is a program that runs the command behind its own words.
type wrapper struct {
	options  []string // that it may have, each with a value, in its own word or in the next
	operands int      // words of its own before the command, such as timeout's time
	settings bool     // variables before the command, such as env's
}

// wrappers are those that doctor knows. One that has options not named here, or that is
// not here at all (python, node, a script), may run anything.
var wrappers = map[string]wrapper{
	"env":     {settings: true},
	"ionice":  {options: []string{"-c", "-n"}},
	"nice":    {options: []string{"-n"}},
	"nohup":   {},
	"stdbuf":  {options: []string{"-i", "-o", "-e"}},
	"timeout": {options: []string{"-k", "-s"}, operands: 1},
}

var (
	shells    = []string{"sh", "bash", "dash", "ksh", "zsh"}
	variable  = pattern.Of(`^[A-Za-z_][A-Za-z0-9_]*=`)
	shellOnly = "$`;|&<>()*?[]{}#~!\\\n" // characters that mean more than themselves to a shell
)

// runsAtLast returns the program that a command runs in the end, behind wrappers. ok is
// false where that cannot be told from its words.
func runsAtLast(words []string) (program string, ok bool) {
	for len(words) > 0 && !isAwsbroker(words[0]) {
		name := baseName(words[0])
		w, known := wrappers[name]
		switch {
		case slices.Contains(shells, name):
			words, known = inShell(words[1:])
		case known:
			words, known = w.behind(words[1:])
		}
		if !known {
			return "", false
		}
	}
	if len(words) == 0 {
		return "", false
	}
	return words[0], true
}

// inShell returns the words of the command that a shell gets with -c, if it is a plain one.
func inShell(args []string) ([]string, bool) {
	if len(args) < 2 || args[0] != "-c" || strings.ContainsAny(args[1], shellOnly) {
		return nil, false
	}
	words, ok := withoutVariables(config.ProcessWords(args[1]))
	if ok && len(words) > 1 && words[0] == "exec" {
		words = words[1:]
	}
	return words, ok
}

// behind returns the words of the command behind the wrapper's own.
func (w wrapper) behind(args []string) ([]string, bool) {
	for len(args) > 0 && strings.HasPrefix(args[0], "-") {
		option := args[0]
		args = args[1:]
		switch {
		case option == "--":
			return w.command(args)
		case len(option) < 2 || !slices.Contains(w.options, option[:2]):
			return nil, false
		case len(option) == 2: // else it is like -n10
			args = args[min(1, len(args)):]
		}
	}
	return w.command(args)
}

func (w wrapper) command(args []string) ([]string, bool) {
	args = args[min(w.operands, len(args)):]
	if !w.settings {
		return args, true
	}
	return withoutVariables(args)
}

// withoutVariables returns a command without the variables that are set for it; ok is
// false where another PATH decides which program it is.
func withoutVariables(words []string) (command []string, ok bool) {
	for len(words) > 0 && variable().MatchString(words[0]) {
		if strings.HasPrefix(words[0], "PATH=") {
			return nil, false
		}
		words = words[1:]
	}
	return words, true
}

func isAwsbroker(program string) bool { return baseName(program) == "awsbroker" }

// baseName is the name of a program without its directory, as any system has it.
func baseName(program string) string {
	name := program[strings.LastIndexAny(program, `/\`)+1:]
	return strings.TrimSuffix(strings.ToLower(name), ".exe")
}
