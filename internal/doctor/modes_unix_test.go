//go:build !windows

package doctor

import (
	"os"
	"path/filepath"
	"testing"
)

// TestStrangers: a program may belong to the person, to root and to who installs
// packages where it is, and to nobody else.
func TestStrangers(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("files of other users are made by root only")
	}
	const manager, stranger = 54321, 54322
	dir := t.TempDir()
	prefix := filepath.Join(dir, "prefix")
	defer func(before map[string]string) { prefixes = before }(prefixes)
	prefixes = map[string]string{prefix + "/": prefix}
	own := func(path string, uid int) string {
		t.Helper()
		if err := os.WriteFile(path, nil, 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.Chown(path, uid, -1); err != nil {
			t.Fatal(err)
		}
		return path
	}
	if err := os.Mkdir(prefix, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(prefix, manager, -1); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]bool{
		own(filepath.Join(dir, "own"), os.Geteuid()):          false,
		own(filepath.Join(dir, "foreign"), stranger):          true,
		own(filepath.Join(dir, "manager's"), manager):         true, // not where packages are
		own(filepath.Join(prefix, "package"), manager):        false,
		own(filepath.Join(prefix, "of-a-stranger"), stranger): true,
		own(dir+"/prefix-beside", manager):                    true,
	} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := ofStranger(path, info); got != want {
			t.Errorf("%s is a stranger's: %v", filepath.Base(path), got)
		}
		if want && isSafe(path) {
			t.Errorf("%s is safe to run", filepath.Base(path))
		}
	}
}
