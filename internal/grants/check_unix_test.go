//go:build !windows

package grants

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/awsbroker/awsbroker/internal/grant"
)

// TestCheck: it says beforehand whether the log can be written to, and touches nothing.
func TestCheck(t *testing.T) {
	for name, make := range map[string]func(path string) error{
		"no directory": func(string) error { return nil },
		"no log":       func(path string) error { return os.MkdirAll(filepath.Dir(path), 0o700) },
		"a log":        func(path string) error { return os.WriteFile(path, nil, 0o600) },
		"a loose log":  func(path string) error { return os.WriteFile(path, nil, 0o644) },
		"a directory":  func(path string) error { return os.Mkdir(path, 0o700) },
		"a pipe":       func(path string) error { return syscall.Mkfifo(path, 0o600) },
		"a link":       func(path string) error { return os.Symlink(filepath.Join(t.TempDir(), "x"), path) },
		"a file in the way of the directory": func(path string) error {
			return os.WriteFile(filepath.Dir(path), nil, 0o600)
		},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "awsbroker", "log")
			if name != "no directory" && name != "a file in the way of the directory" {
				if err := os.Mkdir(filepath.Dir(path), 0o700); err != nil {
					t.Fatal(err)
				}
			}
			if err := make(path); err != nil {
				t.Fatal(err)
			}
			before, _ := os.Lstat(path)
			said := Check(path)
			after, _ := os.Lstat(path)
			if (before == nil) != (after == nil) || before != nil && (before.Mode() != after.Mode() || !before.ModTime().Equal(after.ModTime())) {
				t.Errorf("it changed %v to %v", before, after)
			}
			if err := Write(path, grant.Grant{Profile: "p"}); (err == nil) != (said == nil) {
				t.Errorf("it says %v, and writing %v", said, err)
			}
		})
	}
}
