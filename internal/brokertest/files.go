package brokertest

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// WalkFiles shows the contents of every file under a directory.
func WalkFiles(dir string, see func(path string, data []byte)) error {
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		see(path, data)
		return err
	})
}

// ReadAll is what directories hold.
func ReadAll(t *testing.T, dirs ...string) string {
	t.Helper()
	var b strings.Builder
	for _, dir := range dirs {
		if err := WalkFiles(dir, func(path string, data []byte) {
			if !strings.HasSuffix(path, ".lock") {
				b.WriteString(path + "\n" + string(data))
			}
		}); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}
