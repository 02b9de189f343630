package notes

import (
	"path/filepath"
	"strings"
)

// Unfinished is work that was begun and not ended.
type Unfinished struct {
	Work    Work
	Path    string // of the note
	Key     string // of the keychain; empty where the note cannot be read
	Profile string // of a revocation
	Account string // of a bootstrap
	User    string // of a bootstrap, if it makes one
}

// Work is what flows do that leaves notes of this kind.
type Work int

// The kinds of work.
const (
	RotationWork Work = iota + 1
	RevocationWork
	BootstrapWork
	GitPasswordWork
)

// FindUnfinished lists the work that is not finished, by the notes in a state
// directory. A note that cannot be read counts as one.
func FindUnfinished(state string) []Unfinished {
	var all []Unfinished
	for _, path := range glob(state, rotationPrefix) {
		n, _, _ := Read[Rotation](path)
		all = append(all, Unfinished{Work: RotationWork, Path: path, Key: n.Key})
	}
	for _, path := range glob(state, revocationPrefix) {
		n, _, _ := Read[Revocation](path)
		all = append(all, Unfinished{Work: RevocationWork, Path: path, Key: n.Key, Profile: n.Profile})
	}
	for _, path := range glob(state, bootstrapPrefix) {
		n, _, _ := Read[Bootstrap](path)
		if n.isDone() {
			continue
		}
		u := Unfinished{Work: BootstrapWork, Path: path, Account: n.Account}
		for _, t := range n.Things {
			if t.Kind == User && u.User == "" {
				u.User = t.Name
			}
		}
		all = append(all, u)
	}
	for _, path := range glob(state, gitPasswordPrefix) {
		n, _, _ := Read[GitPassword](path)
		all = append(all, Unfinished{Work: GitPasswordWork, Path: path, Key: n.Key})
	}
	return all
}

func glob(state, prefix string) []string {
	entries, _ := filepath.Glob(filepath.Join(escape(state), prefix+"*.json"))
	return entries
}

// escape spells a directory for [filepath.Glob], which would take [ and * in it
// for patterns.
func escape(dir string) string {
	if filepath.Separator == '\\' {
		return dir
	}
	return strings.NewReplacer(`\`, `\\`, `[`, `\[`, `*`, `\*`, `?`, `\?`).Replace(dir)
}
