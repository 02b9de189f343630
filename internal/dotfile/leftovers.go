package dotfile

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/awsbroker/awsbroker/internal/credential"
)

// RemoveLeftovers removes the copies of a file that a killed [Write] left beside
// it, if they contain the secret. A copy that may be needed to put the file together
// again stays, and the error names it.
func RemoveLeftovers(path string, secret credential.Secret) error {
	target, err := followLinks(path)
	if err != nil {
		return err
	}
	holds := func(path string) bool {
		data, err := os.ReadFile(path)
		return err == nil && bytes.Contains(data, []byte(secret.Reveal()))
	}
	if backup := target + backupSuffix; holds(backup) {
		return fmt.Errorf("an earlier edit was interrupted and left a copy that has the secret in plaintext: %q", backup)
	}
	dir, prefix := filepath.Dir(target), "."+filepath.Base(target)+tempInfix
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if name := filepath.Join(dir, e.Name()); strings.HasPrefix(e.Name(), prefix) && holds(name) {
			err = errors.Join(err, os.Remove(name))
		}
	}
	return err
}

// Leftovers returns the copies of a file that a killed [Write] left beside it:
// unused ones, which were never put in place, and the backup, which was made before
// the file was overwritten and may be needed to put the file together again; empty if
// there is none.
func Leftovers(path string) (unused []string, backup string) {
	target, err := followLinks(path)
	if err != nil {
		return nil, ""
	}
	if info, err := os.Lstat(target + backupSuffix); err == nil && info.Mode().IsRegular() {
		backup = target + backupSuffix
	}
	entries, _ := os.ReadDir(filepath.Dir(target))
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), "."+filepath.Base(target)+tempInfix) {
			unused = append(unused, filepath.Join(filepath.Dir(target), e.Name()))
		}
	}
	return unused, backup
}

// Names that Write gives to copies.
const (
	tempInfix    = ".awsbroker-"
	backupSuffix = ".awsbroker-backup"
)
