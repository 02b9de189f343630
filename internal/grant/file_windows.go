package grant

import (
	"errors"
	"io/fs"
	"os"
)

// Append adds a line to the log at path, which is there.
func Append(path string, line []byte) error { return appendTo(path, false, line) }

// Create is Append for a log that may not be there yet, in a directory that is.
func Create(path string, line []byte) error { return appendTo(path, true, line) }

// appendTo: Windows appends in one piece, too, to a file that is opened for
// appending only, which is what Go does.
func appendTo(path string, create bool, line []byte) error {
	if err := checkOurs(path); err != nil && !(create && errors.Is(err, fs.ErrNotExist)) {
		return err
	}
	mode := os.O_WRONLY | os.O_APPEND
	if create {
		mode |= os.O_CREATE
	}
	f, err := os.OpenFile(path, mode, 0o600)
	if err != nil {
		return err
	}
	n, err := f.Write(line)
	if err == nil && n < len(line) {
		err = ErrTorn
	}
	return errors.Join(err, f.Close())
}

func checkOurs(path string) error {
	info, err := os.Lstat(path)
	if err == nil && !info.Mode().IsRegular() {
		return ErrNotOurs
	}
	return err
}

// OpenToRead opens a log.
func OpenToRead(path string) (*os.File, error) {
	if err := checkOurs(path); err != nil {
		return nil, &os.PathError{Op: "read", Path: path, Err: err}
	}
	return os.Open(path)
}
