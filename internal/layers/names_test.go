package layers

import (
	"io/fs"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestNamesFitEverySystem: git refuses to check out a tree with a file that Windows has
// no name for, and one that differs only in capitals gets lost there and on macOS.
// https://learn.microsoft.com/windows/win32/fileio/naming-a-file
func TestNamesFitEverySystem(t *testing.T) {
	refused := regexp.MustCompile(`(?i)^(con|prn|aux|nul|com\d|lpt\d)(\.|$)|[<>:"\\|?*]|[ .]$`)
	seen := map[string]string{}
	err := filepath.WalkDir("../..", func(path string, e fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case path == "../..":
			return nil
		case e.IsDir() && (e.Name() == ".git" || e.Name() == "node_modules"):
			return filepath.SkipDir
		case refused.MatchString(e.Name()):
			t.Errorf("Windows has no name for %s", path)
		}
		if other, known := seen[strings.ToLower(path)]; known {
			t.Errorf("%s and %s are one file where capitals do not count", other, path)
		}
		seen[strings.ToLower(path)] = path
		return nil
	})
	if err != nil || len(seen) < 500 {
		t.Fatalf("%d files, %v", len(seen), err)
	}
}
