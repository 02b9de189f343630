// Package programs finds the programs that awsbroker runs.
package programs

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Find returns the path of a program: of one that is named without a directory, the
// first in the directories of PATH that have absolute names. The current directory is
// passed over, also where PATH or Windows has it, because what lies there may have
// come with a cloned repository, and what we run gets to know secrets. The error is
// an [exec.Error].
func Find(name string) (string, error) {
	if strings.ContainsAny(name, separators) {
		return exec.LookPath(name)
	}
	var reason error = exec.ErrNotFound
	for _, dir := range filepath.SplitList(os.Getenv("PATH")) {
		if !filepath.IsAbs(dir) || name == "" {
			continue
		}
		path, err := exec.LookPath(filepath.Join(dir, name))
		if err == nil {
			return path, nil
		}
		if errors.Is(err, fs.ErrPermission) {
			reason = fs.ErrPermission // as a shell says it, unless there is another further on
		}
	}
	return "", &exec.Error{Name: name, Err: reason}
}
