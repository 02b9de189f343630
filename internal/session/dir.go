package session

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/awsbroker/awsbroker/internal/paths"
)

// errNoDir means that no directory can hold sessions: they are still made
// and returned, but not kept.
var errNoDir = errors.New("there is no directory for sessions")

// FindDir names the directory where sessions rest: below the first of
// $XDG_RUNTIME_DIR, the runtime directory of this user id, and cache (a
// directory of ours that may not exist yet) that can be used. With create it
// is made, mode 0700; without, it has to be there.
//
// cron, su and editor servers often lack XDG_RUNTIME_DIR. They must find what
// a login in a terminal left, so the variable only goes first, and a
// directory that belongs to somebody else (su keeps the variable) is passed over.
func FindDir(cache string, create bool) (string, error) {
	var problems []error
	for _, base := range runtimeDirs() {
		dir := filepath.Join(base, "awsbroker")
		if ours(base) != nil {
			continue
		}
		if err := use(dir, create); err != nil {
			problems = append(problems, err)
			continue
		}
		return dir, nil
	}
	if cache != "" {
		dir := filepath.Join(cache, "sessions")
		if create {
			if err := paths.MakeOwn(cache); err != nil {
				problems = append(problems, err)
			}
		}
		err := use(dir, create)
		if err == nil {
			return dir, nil
		}
		problems = append(problems, err)
	}
	return "", fmt.Errorf("%w: %w", errNoDir, errors.Join(problems...))
}

// Dirs are the directories that hold sessions of this person, in whatever
// environment they were made: all that FindDir may have chosen.
func Dirs(cache string) []string {
	var dirs []string
	for _, base := range append(runtimeDirs(), cache) {
		dir := filepath.Join(base, "awsbroker")
		if base == cache {
			dir = filepath.Join(base, "sessions")
		}
		if base != "" && ours(dir) == nil && paths.CheckWay(dir) == nil && !slices.Contains(dirs, dir) {
			dirs = append(dirs, dir)
		}
	}
	return dirs
}

// CheckDir says why FindDir would find no directory, as far as that can be
// known without making one. It changes nothing.
func CheckDir(cache string) error {
	var problems []error
	for _, base := range runtimeDirs() {
		if ours(base) == nil {
			problems = append(problems, usable(filepath.Join(base, "awsbroker")))
		}
	}
	if cache != "" {
		err := paths.CheckOwn(cache)
		if err == nil {
			err = usable(filepath.Join(cache, "sessions"))
		}
		problems = append(problems, err)
	}
	if len(problems) == 0 {
		return errNoDir
	}
	if slices.Contains(problems, nil) {
		return nil
	}
	return fmt.Errorf("%w: %w", errNoDir, errors.Join(problems...))
}

// usable reports why dir could not be written, or could not be made.
func usable(dir string) error {
	_, err := os.Lstat(dir)
	if err == nil {
		if err = ours(dir); err != nil {
			return err
		}
	}
	for errors.Is(err, fs.ErrNotExist) && filepath.Dir(dir) != dir {
		dir = filepath.Dir(dir)
		_, err = os.Stat(dir)
	}
	if err != nil {
		return err
	}
	return mayWrite(dir)
}

// use checks that dir is a private directory of ours, after making it if it
// is to be made. A directory that we own but others may enter is closed.
func use(dir string, create bool) error {
	if create {
		if err := os.Mkdir(dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	if err := ours(dir); err != nil {
		return err
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return err
	}
	if mode := info.Mode().Perm(); mode&0o077 != 0 && privateModes {
		if err := paths.CheckWay(dir); err != nil {
			return err
		}
		if err := os.Chmod(dir, 0o700); err != nil {
			return err
		}
	}
	if create {
		return writable(dir)
	}
	return nil
}

func writable(dir string) error {
	f, err := os.CreateTemp(dir, ".probe-")
	if err != nil {
		return err
	}
	f.Close()
	return os.Remove(f.Name())
}
