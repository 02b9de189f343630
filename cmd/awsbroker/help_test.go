package main

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/spf13/cobra"
)

// TestHelpFitsAScreen: the help of each command is for one look at a terminal of 80
// columns and 24 lines.
func TestHelpFitsAScreen(t *testing.T) {
	root := newRoot(&app{}, "")
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	seen := 0
	var look func(*cobra.Command)
	look = func(cmd *cobra.Command) {
		if cmd.Hidden {
			return
		}
		cmd.InitDefaultHelpFlag()
		seen++
		text := shortHelp(cmd)
		if n := strings.Count(text, "\n"); n > helpHeight {
			t.Errorf("%s --help has %d lines\n%s", cmd.CommandPath(), n, text)
		}
		for _, text := range []string{text, longHelp(cmd)} {
			for line := range strings.Lines(text) {
				if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > helpWidth {
					t.Errorf("the help of %s has a line of %d columns: %s", cmd.CommandPath(), n, line)
				}
			}
		}
		for _, c := range cmd.Commands() {
			look(c)
		}
	}
	look(root)
	if seen < 30 {
		t.Errorf("%d commands", seen)
	}
	for line := range strings.Lines(flagsHelp(root) + exitHelp()) {
		if n := utf8.RuneCountInString(strings.TrimSuffix(line, "\n")); n > helpWidth {
			t.Errorf("a line of %d columns: %s", n, line)
		}
	}
}
