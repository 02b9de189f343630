//go:build !windows

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/setup"
)

var (
	links   = regexp.MustCompile(`\]\(([^):#]+)[)#]`)
	inline  = regexp.MustCompile("`(awsbroker [^`]+)`")
	ours    = regexp.MustCompile(`\bawsbroker_[a-z_]+`)
	quoted  = regexp.MustCompile(`"[^"]*"|'[^']*'`)
	comment = regexp.MustCompile(`\s#.*`)
	between = regexp.MustCompile(`\s(?:\||&&|;)\s|\$\(`)
)

// complaints are the mistakes of a page that can be seen without running it: command lines
// of ours, in blocks and in sentences, that the program does not take, settings that it does
// not have, and links to nothing.
func (p *page) complaints() (all []string) {
	note := func(err error) {
		if err != nil {
			all = append(all, err.Error())
		}
	}
	for i, part := range p.parts {
		b := p.blocks[i]
		if b == nil {
			for _, m := range inline.FindAllStringSubmatch(part, -1) {
				note(parseLine(strings.ReplaceAll(m[1], `\|`, "|")))
			}
			for _, m := range links.FindAllStringSubmatch(part, -1) {
				_, err := os.Stat(filepath.Join(filepath.Dir(p.path), m[1]))
				note(err)
			}
			note(knowSettings(part))
			continue
		}
		for _, line := range b.lines {
			note(knowSettings(line))
			_, is := strings.CutPrefix(line, "$ ")
			if is && b.info != played && b.info != refused && b.info != elsewhere {
				note(fmt.Errorf("a block of %s has a command line: %s", b.info, line))
			}
			if is && b.info == elsewhere || b.info == script || b.info == scripts {
				note(parseLine(strings.TrimPrefix(line, "$ ")))
			}
		}
	}
	return all
}

// parseLine has the command tree read what a line of a shell has for awsbroker.
func parseLine(line string) error {
	bare := comment.ReplaceAllString(quoted.ReplaceAllString(line, "TEXT"), "")
	for _, command := range between.Split(bare, -1) {
		words := strings.Fields(command)
		for len(words) > 0 && (strings.Contains(words[0], "=") || words[0] == "sudo") {
			words = words[1:]
		}
		if len(words) < 2 || words[0] != "awsbroker" {
			continue
		}
		if err := parseWords(words[1:]); err != nil {
			return fmt.Errorf("%s: %w", line, err)
		}
	}
	return nil
}

// parseWords reads words as arguments. Of "list|activate", which stands for either, it
// reads the first.
func parseWords(words []string) error {
	for i, w := range words {
		words[i], _, _ = strings.Cut(strings.Trim(w, `"')[]`), "|")
	}
	root := newRoot(&app{}, "")
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	cmd, rest, err := root.Find(words)
	if err != nil {
		return err
	}
	cmd.InitDefaultHelpFlag()
	if err := cmd.ParseFlags(rest); err != nil {
		return err
	}
	if cmd == root && len(cmd.Flags().Args()) > 0 {
		return fmt.Errorf("there is no command %s", cmd.Flags().Arg(0))
	}
	return nil
}

// knowSettings finds settings of ours that are none, but for those that the text says are none.
func knowSettings(text string) error {
	for _, name := range ours.FindAllString(text, -1) {
		// passphrase_for is of no profile.
		known := append(setup.SettingNames(), "passphrase_for")
		if !slices.Contains(known, strings.TrimPrefix(name, "awsbroker_")) && !strings.Contains(text, "is not a setting") {
			return fmt.Errorf("there is no setting %s", name)
		}
	}
	return nil
}

// TestPagesAreWhole: each command has a place in README.md or a page of docs, and each
// setting one in docs/settings.md.
func TestPagesAreWhole(t *testing.T) {
	paths, err := filepath.Glob("../../docs/*.md")
	if err != nil {
		t.Fatal(err)
	}
	all := ""
	for _, path := range append(paths, "../../README.md") {
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		all += string(text)
		if filepath.Base(path) != "settings.md" {
			continue
		}
		for _, name := range setup.SettingNames() {
			if !regexp.MustCompile("`(awsbroker_)?" + name + "`").Match(text) {
				t.Errorf("docs/settings.md does not have %s", name)
			}
		}
	}
	var look func(cmd *cobra.Command)
	look = func(cmd *cobra.Command) {
		if cmd.Runnable() && !cmd.Hidden && !strings.Contains(all, cmd.CommandPath()) {
			t.Errorf("no page has %s", cmd.CommandPath())
		}
		for _, child := range cmd.Commands() {
			look(child)
		}
	}
	look(newRoot(&app{}, ""))
}
