package grants

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/awsbroker/awsbroker/internal/paths"
)

var errNotAFile = errors.New("it is not a regular file")

// Check returns the reason for which [Write] would fail to add to the log at path, or
// nil. It changes nothing, and makes nothing where there is no log yet.
func Check(path string) error {
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		if err := paths.CheckOwn(filepath.Dir(path)); err != nil {
			return err
		}
		return mayWrite(nearest(filepath.Dir(path)))
	case err != nil:
		return err
	case !info.Mode().IsRegular():
		return &fs.PathError{Op: "write", Path: path, Err: errNotAFile}
	}
	if err := paths.CheckOwn(path); err != nil {
		return err
	}
	return mayWrite(path)
}

// nearest returns the directory, or the first above it that exists.
func nearest(dir string) string {
	for {
		if _, err := os.Stat(dir); !errors.Is(err, fs.ErrNotExist) || filepath.Dir(dir) == dir {
			return dir
		}
		dir = filepath.Dir(dir)
	}
}
