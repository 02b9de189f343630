package secretservice

import (
	"bytes"
	"os"
	"path/filepath"
)

// InClear returns the keyrings in a directory of GNOME Keyring's that hold items of
// awsbroker's as clear text. A keyring with an empty password is such a file, and
// begins otherwise than an encrypted one does
// (https://gitlab.gnome.org/GNOME/gnome-keyring/-/blob/master/docs/file-format.txt).
func InClear(dir string) (files []string) {
	all, _ := filepath.Glob(filepath.Join(dir, "*.keyring"))
	for _, file := range all {
		text, err := os.ReadFile(file)
		if err == nil && bytes.HasPrefix(text, []byte("[keyring]")) && bytes.Contains(text, []byte("=awsbroker/")) {
			files = append(files, file)
		}
	}
	return files
}
