// Package notes has what flows leave on disk while they work: what a rotation,
// a revocation, the replacement of an MFA device or a bootstrap is about to do,
// so that whatever ends it, the next run knows what may have happened. No note
// holds a secret. A note is written before the step that it tells of, and
// removed when all is done; that of a bootstrap stays, for --undo.
//
// Each kind of note has a type, which is its format, and a function that names
// its file. A flow reads, writes and removes it:
//
//	path := notes.RotationFile(b.Paths.State, key)
//	note, found, err := notes.Read[notes.Rotation](path)
//	err = notes.Write(path, note)
//	err = notes.Remove(path)
//
// [FindUnfinished] lists what is left of all of them.
package notes

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/awsbroker/awsbroker/internal/keystore"
)

// The errors of [Read], besides those of the file system.
var (
	ErrUnreadable = errors.New("the note cannot be read")
	ErrNewer      = keystore.ErrNewer
)

// kind is what the types of notes have in common.
type kind[T any] interface {
	stamped() T    // with the version that is written now
	isWhole() bool // what every note of the kind has is there
	newest() int   // version that is understood
}

// Read reads a note; found is false where there is none. An error that is
// [ErrUnreadable] or [ErrNewer] names the file.
func Read[T kind[T]](path string) (note T, found bool, err error) {
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return note, false, nil
	}
	if err != nil {
		return note, false, err
	}
	var head struct {
		Version int `json:"version"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return note, false, fmt.Errorf("%w: %s", ErrUnreadable, path)
	}
	if head.Version > note.newest() {
		return note, false, fmt.Errorf("the note %s was %w", path, ErrNewer)
	}
	if err := json.Unmarshal(data, &note); err != nil || !note.isWhole() {
		return note, false, fmt.Errorf("%w: %s", ErrUnreadable, path)
	}
	return note, true, nil
}

// Write puts a note into its file, at once and to the disk, readable by its
// owner only. A note that cannot be written leaves the one before as it was, and one of a
// newer awsbroker stays: [ErrNewer].
func Write[T kind[T]](path string, note T) error {
	if _, _, err := Read[T](path); errors.Is(err, ErrNewer) {
		return err
	}
	data, err := json.MarshalIndent(note.stamped(), "", "  ")
	if err != nil {
		return err
	}
	return keystore.ReplaceFile(path, append(data, '\n'))
}

// Remove removes a note, if there is one.
func Remove(path string) error { return keystore.RemoveFile(path) }

// file names the note about something. Its name is one that every file system
// takes, whatever people call their keys.
func file(state, prefix string, about ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(about, "\x00")))
	return filepath.Join(state, prefix+hex.EncodeToString(sum[:8])+".json")
}
