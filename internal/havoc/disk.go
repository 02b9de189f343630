//go:build linux

package main

import (
	"bytes"
	"fmt"
	"hash/fnv"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// node is a file or a directory, whatever names it has.
type node struct {
	dir    bool
	link   string // where a symbolic link leads
	mode   fs.FileMode
	data   []byte // as programs see it
	synced []byte // as it is on the disk for certain
}

// naming is a change of names that a disk makes as a whole or not at all: a nil node is
// a name that goes.
type naming map[string]*node

// disk is a directory as programs see it, and what a power cut may leave of it. Nothing
// is on the disk for certain until it is synced: a file's bytes by fsync of the file, its
// name by fsync of the directory (fsync(2)). Names that are not synced may be on the disk in any
// order. That is less than what usual file systems promise, as in ALICE (Pillai and others, OSDI 2014).
type disk struct {
	top     string
	names   map[string]*node // as programs see them
	durable map[string]*node // for certain
	pending []naming
}

// readDisk reads a directory, all of which is on the disk.
func readDisk(top string) (*disk, error) {
	d := &disk{top: top, names: map[string]*node{}}
	err := filepath.WalkDir(top, func(path string, e fs.DirEntry, err error) error {
		if err != nil || path == top {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		n := &node{dir: e.IsDir(), mode: info.Mode().Perm()}
		if n.link, err = os.Readlink(path); err != nil {
			n.link = ""
		}
		if !n.dir && n.link == "" {
			if n.data, err = os.ReadFile(path); err != nil {
				return err
			}
			n.synced = n.data
		}
		d.names[path] = n
		return nil
	})
	d.durable = maps.Clone(d.names)
	return d, err
}

func (d *disk) name(n naming) {
	d.pending = append(d.pending, n)
	n.on(d.names)
}

// on makes the change.
func (n naming) on(names map[string]*node) {
	for path, node := range n {
		if node == nil {
			delete(names, path)
			continue
		}
		names[path] = node
	}
}

// sync is fsync of a file, or of a directory.
func (d *disk) sync(path string) {
	if n := d.names[path]; n != nil && !n.dir {
		n.synced = bytes.Clone(n.data)
		return
	}
	d.pending = slices.DeleteFunc(d.pending, func(change naming) bool {
		for name := range change {
			if filepath.Dir(name) == path {
				change.on(d.durable)
				return true
			}
		}
		return false
	})
}

// bytesLost says what becomes of bytes that were not synced.
type bytesLost string

const (
	keptBytes bytesLost = "bytes kept"
	lostBytes bytesLost = "bytes lost"
	halfBytes bytesLost = "bytes cut in half"
)

// state is what a power cut may leave.
type state struct {
	how   string
	names map[string]*node
}

// states are what a power cut may leave at this moment.
func (d *disk) states() (all []state) {
	for how, kept := range d.subsets() {
		names := maps.Clone(d.durable)
		for i, change := range d.pending {
			if kept[i] {
				change.on(names)
			}
		}
		for _, lost := range []bytesLost{keptBytes, lostBytes, halfBytes} {
			s := state{fmt.Sprintf("%s, %s", how, lost), map[string]*node{}}
			for path, n := range names {
				if d.isReachable(names, path) {
					s.names[path] = n.after(lost)
				}
			}
			all = append(all, s)
		}
	}
	return all
}

// subsets are choices of the names that made it to the disk: all, none, all up to one,
// and all but one.
func (d *disk) subsets() map[string][]bool {
	n := len(d.pending)
	choose := func(keep func(i int) bool) []bool {
		kept := make([]bool, n)
		for i := range kept {
			kept[i] = keep(i)
		}
		return kept
	}
	all := map[string][]bool{"all names kept": choose(func(int) bool { return true })}
	if n > 0 {
		all["no names kept"] = choose(func(int) bool { return false })
	}
	for i := range n {
		all[fmt.Sprintf("of %d names the first %d kept", n, i)] = choose(func(j int) bool { return j < i })
		all[fmt.Sprintf("of %d names all but number %d kept", n, i+1)] = choose(func(j int) bool { return j != i })
	}
	return all
}

// isReachable reports whether all directories above a name are there.
func (d *disk) isReachable(names map[string]*node, path string) bool {
	for dir := filepath.Dir(path); dir != d.top; dir = filepath.Dir(dir) {
		if names[dir] == nil {
			return false
		}
	}
	return true
}

func (n *node) after(lost bytesLost) *node {
	after := *n
	if n.dir || bytes.Equal(n.data, n.synced) {
		return &after
	}
	switch lost {
	case lostBytes:
		after.data = n.synced
	case halfBytes:
		after.data = n.data[:(len(n.synced)+len(n.data))/2]
		if len(n.data) < len(n.synced) {
			after.data = n.synced[:(len(n.synced)+len(n.data))/2]
		}
	}
	return &after
}

// sum tells states apart.
func (s state) sum() uint64 {
	h := fnv.New64a()
	for _, path := range slices.Sorted(maps.Keys(s.names)) {
		fmt.Fprintf(h, "%q %t %q %q\n", path, s.names[path].dir, s.names[path].link, s.names[path].data)
	}
	return h.Sum64()
}

// put makes a directory what the state is.
func (s state) put(top string) error {
	entries, err := os.ReadDir(top)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := os.RemoveAll(filepath.Join(top, e.Name())); err != nil {
			return err
		}
	}
	for _, path := range slices.Sorted(maps.Keys(s.names)) { // directories before what is in them
		n := s.names[path]
		switch {
		case n.dir:
			err = os.Mkdir(path, n.mode)
		case n.link != "":
			err = os.Symlink(n.link, path)
		default:
			err = os.WriteFile(path, n.data, n.mode)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// String tells what is in the state, for who looks into a failure: sizes, no contents.
func (s state) String() string {
	var b strings.Builder
	for _, path := range slices.Sorted(maps.Keys(s.names)) {
		if n := s.names[path]; !n.dir {
			fmt.Fprintf(&b, "\n\t%s: %d bytes", path, len(n.data))
		}
	}
	return b.String()
}
