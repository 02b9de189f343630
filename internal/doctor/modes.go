package doctor

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/awsbroker/awsbroker/internal/passphrase"
	"github.com/awsbroker/awsbroker/internal/paths"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
)

var (
	writableByOthers = findingKind("writable-by-others", Serious,
		"others who may write there can make your AWS tools run their program, or replace your key")
	readableByOthers = findingKind("readable-by-others", Warning,
		"only you should be able to read it")
	programOfOthers = findingKind("program-of-others", Serious,
		"the owner of the program can replace it, and your AWS tools then run the new one")
	filesOfOthers = findingKind("files-of-others", Warning,
		"awsbroker keeps nothing for one user in another's home directory, as with sudo, so every call asks anew")
)

// Permissions of people other than the owner.
const (
	readOrWrite = 0o077
	write       = 0o022
	anyWrite    = 0o002 // /usr/local/bin may be written by a group, on Debian and with Homebrew
)

// lookAtModes looks at who may read and write the person's files.
func (d *doctor) lookAtModes() (string, error) {
	var foreign, strangers []string
	for _, f := range d.ownFiles() {
		info, err := os.Stat(f.path)
		if err != nil {
			continue // what is not there is in nobody's way
		}
		if f.program && ofStranger(f.path, info) {
			strangers = append(strangers, f.path)
			continue
		}
		if !f.program && (ownedByOther(info) || paths.CheckWay(f.path) != nil) {
			foreign = append(foreign, f.path)
			continue
		}
		d.lookAtMode(f.path, f.forbidden, info)
	}
	if len(strangers) > 0 {
		d.found(programOfOthers, Finding{
			File: strangers[0], Title: fmt.Sprintf("your profiles run a program that belongs to another user: %s", fewOf(strangers)),
			Advice: "install awsbroker as the system's administrator or as yourself, and name that one in the profiles",
			Mend:   say.ListFile(strangers[0]),
		})
	}
	if len(foreign) > 0 {
		d.found(filesOfOthers, Finding{
			File: foreign[0], Title: fmt.Sprintf("%s here %s to another user", say.Count(len(foreign), "file", "files"), plural(len(foreign), "belongs", "belong")),
			Advice: "run awsbroker as that user, without sudo",
		})
	}
	return "file modes", nil
}

func (d *doctor) lookAtMode(path string, forbidden fs.FileMode, info fs.FileInfo) {
	bad, what := permissions(info)&forbidden, "file"
	if info.IsDir() {
		what = "directory"
	}
	mode := info.Mode().Perm()
	f := Finding{
		File: path, Mend: fmt.Sprintf("chmod %o %s", mode&^forbidden, say.ShellWord(path)),
		fix: mendMode(d.broker, path, ^forbidden),
	}
	switch {
	case bad&write != 0:
		f.Title = fmt.Sprintf("others may write this %s (mode %o)", what, mode)
		d.found(writableByOthers, f)
	case bad != 0:
		f.Title = fmt.Sprintf("others may read this %s (mode %o)", what, mode)
		if n := d.keysInClear(path); n > 0 {
			f.Title += ", and it has " + say.Count(n, "access key", "access keys") + " in plaintext"
		}
		if path == passphrase.File() {
			f.Title += ", and it has the passphrase of the encrypted file in plaintext"
		}
		d.found(readableByOthers, f)
	}
}

// keysInClear counts the access keys that the file at path has in clear.
func (d *doctor) keysInClear(path string) int {
	if d.cfg == nil {
		return 0
	}
	n := 0
	for _, name := range d.cfg.Names() {
		keys, _ := d.cfg.ClearKeys(name)
		for _, k := range keys {
			if k.File == path {
				n++
			}
		}
	}
	return n
}

// placesOf returns a program and what decides which program it is: the directories of
// its name and of the file that it is.
func placesOf(program string) []string {
	real, err := filepath.EvalSymlinks(program)
	if err != nil {
		real = program
	}
	return slices.Compact([]string{real, filepath.Dir(real), filepath.Dir(program)})
}

// isSafe reports whether a program can have been changed by nobody but the person, the
// system's administrator and the package manager.
func isSafe(program string) bool {
	return !slices.ContainsFunc(placesOf(program), func(path string) bool {
		info, err := os.Stat(path)
		return err != nil || ofStranger(path, info) || permissions(info)&anyWrite != 0
	})
}

// ownFile is a file and what others must not be allowed to do with it.
type ownFile struct {
	path      string
	forbidden fs.FileMode
	program   bool // it may be the system's or the package manager's, too
}

// ownFiles are the files that matter: AWS's two, of which only the credentials
// are confidential, what the profiles run, and all of ours.
func (d *doctor) ownFiles() []ownFile {
	var files []ownFile
	add := func(path string, forbidden fs.FileMode) {
		if path != "" && !slices.ContainsFunc(files, func(f ownFile) bool { return f.path == path }) {
			files = append(files, ownFile{path: path, forbidden: forbidden})
		}
	}
	home, _ := os.UserHomeDir()
	add(home, write)
	add(filepath.Dir(d.broker.Paths.Config), write)
	add(d.broker.Paths.Config, write)
	add(filepath.Dir(d.broker.Paths.Credentials), write)
	add(d.broker.Paths.Credentials, readOrWrite)
	if file := passphrase.File(); file != "" {
		add(filepath.Dir(file), write)
		add(file, readOrWrite)
	}
	for _, program := range d.programs {
		for _, path := range placesOf(program) {
			if !slices.ContainsFunc(files, func(f ownFile) bool { return f.path == path }) {
				files = append(files, ownFile{path, anyWrite, true})
			}
		}
	}
	for _, dir := range append([]string{d.broker.Paths.State, d.broker.Paths.KeystoreDir()}, session.Dirs(d.broker.Paths.Cache)...) {
		add(dir, readOrWrite)
		entries, _ := os.ReadDir(dir)
		for _, e := range entries {
			if e.Type().IsRegular() {
				add(filepath.Join(dir, e.Name()), readOrWrite)
			}
		}
	}
	return files
}
