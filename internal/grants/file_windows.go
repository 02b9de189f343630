package grants

import (
	"errors"
	"io/fs"
	"os"
)

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
		err = errTorn
	}
	return errors.Join(err, f.Close())
}

func checkOurs(path string) error {
	info, err := os.Lstat(path)
	if err == nil && !info.Mode().IsRegular() {
		return errNotOurs
	}
	return err
}

func openToRead(path string) (*os.File, error) {
	if err := checkOurs(path); err != nil {
		return nil, &os.PathError{Op: "read", Path: path, Err: err}
	}
	return os.Open(path)
}
