package broker

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

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
)

// lookAtModes looks at who may read and write the person's files.
func (d *doctor) lookAtModes() (string, error) {
	var foreign []string
	for _, f := range d.ownFiles() {
		info, err := os.Stat(f.path)
		if err != nil {
			continue // what is not there is in nobody's way
		}
		if ownedByOther(info) {
			foreign = append(foreign, f.path)
			continue
		}
		d.lookAtMode(f.path, f.forbidden, info)
	}
	if len(foreign) > 0 {
		d.found(filesOfOthers, Finding{
			File: foreign[0], Title: fmt.Sprintf("%s here %s to another user", count(len(foreign), "file", "files"), plural(len(foreign), "belongs", "belong")),
			Advice: "run awsbroker as that user, without sudo",
		})
	}
	return "file modes", nil
}

func (d *doctor) lookAtMode(path string, forbidden fs.FileMode, info fs.FileInfo) {
	mode, what := permissions(info), "file"
	if info.IsDir() {
		what = "directory"
	}
	f := Finding{
		File: path, Mend: fmt.Sprintf("chmod %o %s", mode&^forbidden, shellWord(path)),
		fix: d.mendMode(path, ^forbidden),
	}
	switch {
	case mode&write != 0:
		f.Title = fmt.Sprintf("others may write this %s (mode %o)", what, mode)
		d.found(writableByOthers, f)
	case mode&forbidden != 0:
		f.Title = fmt.Sprintf("others may read this %s (mode %o)", what, mode)
		d.found(readableByOthers, f)
	}
}

// ownFile is a file and what others must not be allowed to do with it.
type ownFile struct {
	path      string
	forbidden fs.FileMode
}

// ownFiles are the person's files that matter: AWS's two, of which only the
// credentials are confidential, and all of ours.
func (d *doctor) ownFiles() []ownFile {
	files := []ownFile{
		{filepath.Dir(d.Paths.Config), write}, {d.Paths.Config, write}, {d.Paths.Credentials, readOrWrite},
	}
	if dir := filepath.Dir(d.Paths.Credentials); dir != filepath.Dir(d.Paths.Config) {
		files = append(files, ownFile{dir, write})
	}
	for _, dir := range append([]string{d.Paths.State, d.Paths.KeystoreDir()}, session.Dirs(d.Paths.Cache)...) {
		files = append(files, ownFile{dir, readOrWrite})
		entries, _ := os.ReadDir(dir)
		for _, e := range entries {
			if e.Type().IsRegular() {
				files = append(files, ownFile{filepath.Join(dir, e.Name()), readOrWrite})
			}
		}
	}
	return files
}
