package doctor

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/awsbroker/awsbroker/internal/paths"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
)

var (
	writableByOthers = findingKind("writable-by-others", Serious,
		"who may write there can have your AWS tools run a program of theirs, or put another key in place of yours")
	readableByOthers = findingKind("readable-by-others", Warning,
		"what is in there is for you alone, though most of it is sealed")
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
	var foreign []string
	for _, f := range d.ownFiles() {
		info, err := os.Stat(f.path)
		if err != nil {
			continue // what is not there is in nobody's way
		}
		if !f.program && (ownedByOther(info) || paths.CheckWay(f.path) != nil) {
			foreign = append(foreign, f.path)
			continue
		}
		d.lookAtMode(f.path, f.forbidden, info)
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
		d.found(readableByOthers, f)
	}
}

// ownFile is a file and what others must not be allowed to do with it.
type ownFile struct {
	path      string
	forbidden fs.FileMode
	program   bool // it may be anybody's
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
	for _, program := range d.programs {
		files = append(files, ownFile{program, anyWrite, true}, ownFile{filepath.Dir(program), anyWrite, true})
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
