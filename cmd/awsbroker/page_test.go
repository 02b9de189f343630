//go:build !windows

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// page is README.md or a page of docs. Its fenced blocks and its comments that begin with
// "story" are one story, on one machine, in their order.
type page struct {
	path   string
	parts  []string // all lines, those of a block together in one
	blocks map[int]*block
	script txtar.Archive
	steady machine.Steady
}

// block is what stands between two fences.
type block struct {
	info  string // the words behind the first fence
	lines []string
}

// The marks of blocks, and what a test does with each.
const (
	played    = "console"           // typed in a shell at a terminal; the screen has to be as shown
	refused   = "console refused"   // the same, and something of ours ends with an error
	script    = "sh"                // typed as well; each command line has to succeed
	elsewhere = "console elsewhere" // needs another machine: its command lines of ours are parsed
	scripts   = "sh elsewhere"      // the same, without prompts
	settings  = "ini"               // a file of AWS's: its settings of ours are known ones
	shown     = "text"              // has no command lines
)

var marks = []string{played, refused, script, elsewhere, scripts, settings, shown}

// readPage reads a page. A block without a mark is a mistake of the page.
func readPage(path string) (*page, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	p := &page{path: path, blocks: map[int]*block{}}
	var open *block
	story := ""
	inStory := false
	for n, line := range strings.Split(string(text), "\n") {
		info, fence := strings.CutPrefix(line, "```")
		switch {
		case open != nil && fence:
			p.blocks[len(p.parts)] = open
			p.parts = append(p.parts, "")
			open = nil
			continue
		case open != nil:
			open.lines = append(open.lines, line)
			continue
		case fence:
			open = &block{info: info}
			if !slices.Contains(marks, info) {
				return nil, fmt.Errorf("%s:%d: mark the block as one of: %s", path, n+1, strings.Join(marks, ", "))
			}
			if slices.Contains([]string{played, refused, script}, info) {
				p.script.Comment = fmt.Appendf(p.script.Comment, "block %d\n", len(p.parts))
			}
			continue
		case strings.HasPrefix(line, "    ") && !inStory:
			return nil, fmt.Errorf("%s:%d: make it a block between fences, with a mark", path, n+1)
		case line == "<!-- story":
			inStory, story = true, ""
		case inStory && line == "-->":
			inStory = false
			p.tell(story)
		case inStory:
			story += line + "\n"
		}
		p.parts = append(p.parts, line)
	}
	if open != nil || inStory {
		return nil, fmt.Errorf("%s: a block or a story has no end", path)
	}
	return p, nil
}

// tell appends a piece to the page's story.
func (p *page) tell(piece string) {
	a := txtar.Parse([]byte(piece))
	p.script.Comment = append(p.script.Comment, a.Comment...)
	p.script.Files = append(p.script.Files, a.Files...)
}

// write writes the page with its blocks as they are now.
func (p *page) write() error {
	var out []string
	for i, part := range p.parts {
		if b := p.blocks[i]; b != nil {
			out = append(out, "```"+b.info)
			out = append(append(out, b.lines...), "```")
			continue
		}
		out = append(out, part)
	}
	return os.WriteFile(p.path, []byte(strings.Join(out, "\n")), 0o644)
}

// TestPages holds README.md and the pages of docs to what the program does: each block
// that can be played here is played, at a terminal of 80 columns, and has to show what
// the page shows. `make docs` writes what is shown.
func TestPages(t *testing.T) {
	paths, err := filepath.Glob("../../docs/*.md")
	if err != nil || len(paths) < 10 {
		t.Fatal(paths, err)
	}
	dir, count := t.TempDir(), map[string]int{}
	pages := map[string]*page{}
	for _, path := range append(paths, "../../README.md") {
		p, err := readPage(path)
		if err != nil {
			t.Error(err)
			continue
		}
		for _, complaint := range p.complaints() {
			t.Errorf("%s: %s", path, complaint)
		}
		for _, b := range p.blocks {
			count[b.info]++
		}
		if name := strings.TrimSuffix(filepath.Base(path), ".md"); len(p.script.Comment) > 0 {
			pages[name] = p
			if err := os.WriteFile(filepath.Join(dir, name+".txtar"), txtar.Format(&p.script), 0o600); err != nil {
				t.Fatal(err)
			}
		}
	}
	t.Logf("blocks: %v", count)
	if there, here := count[elsewhere]+count[scripts], count[played]+count[script]; there*2 > here {
		t.Errorf("%d blocks are for other machines, and only %d are played", there, here)
	}
	commands := pageCommands()
	commands["block"] = func(ts *testscript.TestScript, _ bool, args []string) { playBlock(ts, pages[ts.Name()], args[0]) }
	// The stories run beside each other, and before this group ends.
	t.Run("play", func(t *testing.T) {
		testscript.Run(t, testscript.Params{Dir: dir, Setup: setupPage, RequireExplicitExec: true, Cmds: commands})
	})
	if os.Getenv("AWSBROKER_WRITE_DOCS") != "" {
		for _, p := range pages {
			if err := p.write(); err != nil {
				t.Fatal(err)
			}
		}
	}
}
