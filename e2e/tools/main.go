// Command tools runs real programs that use AWS, each by every way in which awsbroker can give
// it a session, against a faked AWS on this machine, and writes docs/tools.md of what happened.
// What a program printed is not believed: the fake says who called.
//
//	go run ./tools            installs what can be installed, tries all, writes the page
//	go run ./tools s3cmd aws  tries these, prints what happened, and puts their rows into the page
//	go test ./tools           tries those that matter most, and holds the page to it
//
// Programs run in a network namespace with nothing but loopback in it, so that a program
// without a session reaches nobody.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// atOnce is how many programs run side by side.
const atOnce = 6

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "tools:", err)
		os.Exit(1)
	}
}

func run(names []string) error {
	if !isIsolated() {
		if err := installAll(chosen(names)); err != nil {
			return err
		}
		return isolate()
	}
	dir, err := os.MkdirTemp("", "awsbroker-tools-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	l, err := newLab(dir)
	if err != nil {
		return err
	}
	before, err := os.ReadFile(pagePath)
	if err != nil {
		return err
	}
	rows := l.tryAll(chosen(names))
	if len(names) > 0 {
		tell(rows)
	}
	return os.WriteFile(pagePath, []byte(page(rows, string(before))), 0o644)
}

// tell prints what the tools printed.
func tell(rows []*row) {
	for _, r := range rows {
		fmt.Printf("\n%s\nby the profile: %v\nexec: %v\nexec --server: %v\na socket: %v\nno session: %v\n",
			r.name, r.profile.Result, r.env.Result, r.server.Result, r.socket.Result, r.refused.Result)
		if r.another != nil {
			fmt.Println("another:", r.another.Result)
		}
	}
}

// root is the directory of the sources of awsbroker, and the page a file of it.
var (
	root     = sourcesOf("..")
	pagePath = filepath.Join(root, "docs", "tools.md")
)

// sourcesOf is it for the command, which runs in e2e, and for its tests, which run here.
func sourcesOf(above string) string {
	if _, err := os.Stat(filepath.Join(above, "docs")); err != nil {
		return filepath.Join(above, "..")
	}
	return above
}

// chosen are the tools with these names; all for none.
func chosen(names []string) []*tool {
	if len(names) == 0 {
		return tools
	}
	var some []*tool
	for _, x := range tools {
		if slices.Contains(names, x.name) {
			some = append(some, x)
		}
	}
	return some
}

// tryAll tries some tools, a few at a time, and returns their rows in the order of the tools.
func (l *lab) tryAll(some []*tool) []*row {
	rows := make([]*row, len(some))
	turns := make(chan struct{}, atOnce)
	var all sync.WaitGroup
	for i, x := range some {
		all.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			rows[i] = l.tryEverything(x)
			fmt.Fprintln(os.Stderr, x.name)
			if unsaid := rows[i].unsaid(); rows[i].version != "" && len(unsaid) > 0 {
				fmt.Fprintln(os.Stderr, x.name, "does not work, and awsbroker says nothing, by", unsaid)
			}
		})
	}
	all.Wait()
	return rows
}
