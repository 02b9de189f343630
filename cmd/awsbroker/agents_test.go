package main

import (
	"strings"
	"testing"

	"github.com/spf13/cobra"
)

// TestEveryCommandHasDecided: what a command is for a coding agent is written down for
// each of them, and for none that does not exist.
func TestEveryCommandHasDecided(t *testing.T) {
	root := newRoot(&app{}, "")
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	known := map[string]bool{cobra.ShellCompRequestCmd: true, cobra.ShellCompNoDescRequestCmd: true}
	var look func(*cobra.Command)
	look = func(cmd *cobra.Command) {
		name := strings.TrimPrefix(strings.TrimPrefix(cmd.CommandPath(), "awsbroker"), " ")
		known[name] = true
		if effects[name] == undecided {
			t.Errorf("%q: is it harmless, does it give sessions, or does it change something? say so in effects", name)
		}
		for _, c := range cmd.Commands() {
			look(c)
		}
	}
	look(root)
	for name := range effects {
		if !known[name] && (name != "exec-server" || len(platformCommands) > 0) {
			t.Errorf("%q is no command", name)
		}
	}
}
