package early

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// TestFindIsLookPath: where it finds something, os/exec finds the same.
func TestFindIsLookPath(t *testing.T) {
	t.Chdir("/bin")
	for _, path := range []string{"/usr/bin:/bin", "/nowhere:/bin", "/etc:/bin", "/usr/bin/:/bin", "//usr/bin", "/usr/../bin", "/usr/./bin", ".:/bin", ":/bin", "bin", "/", ""} {
		t.Setenv("PATH", path)
		for _, name := range []string{"sh", "./sh", "/bin/sh", "../bin/sh", "passwd", "/etc/passwd", "no-such", "/", ".", "..", "", "ssh", "/bin/../bin/sh"} {
			got, ok := find(name)
			want, err := exec.LookPath(name)
			if ok && (err != nil || got != want) {
				t.Errorf("PATH=%s %s: %s, want %s (%v)", path, name, got, want, err)
			}
			if clean := path == "/usr/bin:/bin" || path == "/nowhere:/bin"; clean && ok != (err == nil) {
				t.Errorf("PATH=%s %s: %v, want %v", path, name, ok, err)
			}
		}
	}
	for _, dir := range []string{"/", "/a/", "/a//b", "/a/.", "/a/..", "/a/./b", "a", "", ".", "/a/b", "/.a", "/a..", "/..."} {
		if got, want := clean(dir), filepath.Clean(dir) == dir && filepath.IsAbs(dir) && dir != "/"; got != want {
			t.Errorf("%q: %v", dir, got)
		}
	}
}
