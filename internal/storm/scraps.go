//go:build !windows

package main

import (
	"io/fs"
	"path/filepath"
	"strings"

	"github.com/gofrs/flock"
)

// leftOver counts locks that somebody holds, and files that are there for a moment
// only: what a writer names before it gives it its name.
func (s *sky) leftOver() (locks, scraps int) {
	err := filepath.WalkDir(s.Dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		switch name := d.Name(); {
		case strings.HasSuffix(name, ".lock"):
			lock := flock.New(path)
			if free, err := lock.TryLock(); err != nil || !free {
				locks++
			}
			return lock.Close()
		case !isKnown(name):
			scraps++
		}
		return nil
	})
	if err != nil {
		s.T.Fatal(err)
	}
	return locks, scraps
}

// isKnown reports whether a file is one that stays.
func isKnown(name string) bool {
	switch name {
	case "awsbroker", "config", "log", "log.1", "keystore.json", "generation":
		return true
	}
	return strings.HasSuffix(name, ".sealed") || strings.HasPrefix(name, "awsbroker%2F") || strings.HasPrefix(name, "awsbroker")
}
