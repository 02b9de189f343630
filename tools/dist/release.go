package main

import (
	"debug/buildinfo"
	"errors"
	"fmt"
	"path/filepath"
	"runtime/debug"
	"strings"
	"time"

	"golang.org/x/mod/module"
)

// program is a built awsbroker: the system it runs on, as Go calls it (armv7 for arm),
// and what Go stamped into it.
type program struct {
	OS, Arch string
	path     string
	info     *debug.BuildInfo
}

// setting is one of the build's, "" where it has none.
func (p program) setting(key string) string {
	for _, s := range p.info.Settings {
		if s.Key == key {
			return s.Value
		}
	}
	return ""
}

// findPrograms returns those in the directories OS_ARCH of a directory, in the order of
// the names.
func findPrograms(dir string) ([]program, error) {
	paths, err := filepath.Glob(filepath.Join(dir, "*_*", "awsbroker*"))
	if err != nil {
		return nil, err
	}
	var found []program
	for _, path := range paths {
		if ext := filepath.Ext(path); ext != "" && ext != ".exe" {
			continue
		}
		info, err := buildinfo.ReadFile(path)
		if err != nil {
			return nil, err
		}
		p := program{path: path, info: info}
		p.OS, p.Arch = p.setting("GOOS"), p.setting("GOARCH")
		if v, _, _ := strings.Cut(p.setting("GOARM"), ","); p.Arch == "arm" {
			p.Arch += "v" + v
		}
		found = append(found, p)
	}
	return found, nil
}

// release is what all programs are built from.
type release struct {
	Version string    // without a v; one that is no tag ends in "-pre" and the commit's time
	Time    time.Time // the commit's: every file has it
	tag     string    // what Go stamped: the tag, or the commit and its time
}

// newRelease reads it from what Go stamped into the programs. They have to be of one
// commit, with nothing changed in it: nobody could build the same again.
func newRelease(programs []program) (release, error) {
	if len(programs) == 0 {
		return release{}, errors.New("there are no programs in bin; run: make dist")
	}
	first := programs[0]
	for _, p := range programs {
		switch {
		case p.setting("vcs.revision") == "":
			return release{}, fmt.Errorf("%s is of an unknown commit; build it in a git clone (a worktree of one does not do)", p.path)
		case p.setting("vcs.modified") != "false":
			return release{}, fmt.Errorf("%s is not of a commit: there are changes; commit them, then run: make dist", p.path)
		case p.info.Main.Version != first.info.Main.Version:
			return release{}, fmt.Errorf("%s and %s are of two commits; run: make clean dist", first.path, p.path)
		}
	}
	at, err := time.Parse(time.RFC3339, first.setting("vcs.time"))
	if err != nil {
		return release{}, err
	}
	tag := first.info.Main.Version
	version := strings.TrimPrefix(tag, "v")
	if module.IsPseudoVersion(tag) {
		base, _, _ := strings.Cut(version, "-")
		version = base + "-pre" + at.UTC().Format("20060102150405")
	}
	return release{version, at, tag}, nil
}

// name is that of all files for a program, without their end. It has no character that
// a place for releases would change, as some do with a package's own "~".
func (r release) name(p program) string {
	return "awsbroker_" + r.Version + "_" + p.OS + "_" + p.Arch
}
