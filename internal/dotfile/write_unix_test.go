//go:build !windows

package dotfile

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

func mode(t *testing.T, path string) os.FileMode {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Mode()
}

func TestWriteModes(t *testing.T) {
	dir := t.TempDir()
	for _, m := range []os.FileMode{0o600, 0o644, 0o640, 0o664, 0o200, 0o700, 0o666} {
		path := filepath.Join(dir, "config")
		put(t, path, "old", m)
		if err := Write(path, []byte("old"), []byte("new")); err != nil || mode(t, path) != m {
			t.Errorf("mode %v became %v, %v", m, mode(t, path), err)
		}
	}
	path := filepath.Join(dir, ".aws", "config")
	if err := Write(path, nil, []byte("x")); err != nil {
		t.Fatal(err)
	}
	if mode(t, path) != 0o600 || mode(t, filepath.Dir(path)).Perm() != 0o700 {
		t.Errorf("new file: %v in %v", mode(t, path), mode(t, filepath.Dir(path)))
	}
}

// TestWriteFollowsLinks goes through links of all kinds to a file that is not
// there at first: dotfiles stay dotfiles.
func TestWriteFollowsLinks(t *testing.T) {
	for _, test := range []struct {
		name  string
		links [][2]string // name in the directory, target; HERE is the directory
	}{
		{"relative", [][2]string{{"config", "dotfiles/aws"}}},
		{"absolute", [][2]string{{"config", "HERE/dotfiles/aws"}}},
		{"chain", [][2]string{{"config", "dotfiles/second"}, {"dotfiles/second", "HERE/third"}, {"third", "./dotfiles/aws"}}},
		{"up and down", [][2]string{{"config", "dotfiles/../dotfiles/aws"}}},
		{"through a linked directory", [][2]string{{"here", "dotfiles"}, {"config", "here/aws"}}},
		{"up from a linked directory", [][2]string{{"here", "dotfiles/sub"}, {"config", "here/../aws"}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			if err := os.MkdirAll(filepath.Join(dir, "dotfiles/sub"), 0o755); err != nil {
				t.Fatal(err)
			}
			for _, link := range test.links {
				if err := os.Symlink(strings.ReplaceAll(link[1], "HERE", dir), filepath.Join(dir, link[0])); err != nil {
					t.Fatal(err)
				}
			}
			path, real := filepath.Join(dir, "config"), filepath.Join(dir, "dotfiles/aws")
			for _, step := range [][2]string{{"", "one"}, {"one", "two"}} { // first through a dangling link
				if err := Write(path, []byte(step[0]), []byte(step[1])); err != nil {
					t.Fatal(err)
				}
				holds(t, real, step[1])
			}
			for _, link := range test.links {
				if to, err := os.Readlink(filepath.Join(dir, link[0])); err != nil || to != strings.ReplaceAll(link[1], "HERE", dir) {
					t.Errorf("link %s is now %q, %v", link[0], to, err)
				}
			}
			if got := files(t, filepath.Join(dir, "dotfiles")); strings.Contains(got, "awsbroker") {
				t.Errorf("left behind: %s", got)
			}
			// Through the link a change by somebody else is seen.
			if err := Write(path, []byte("one"), []byte("three")); !errors.Is(err, ErrChanged) {
				t.Errorf("got %v", err)
			}
			holds(t, real, "two")
		})
	}
}

func TestWriteLoopOfLinks(t *testing.T) {
	loop := filepath.Join(t.TempDir(), "loop")
	if err := os.Symlink("loop", loop); err != nil {
		t.Fatal(err)
	}
	if err := Write(loop, nil, []byte("x")); err == nil || !strings.Contains(err.Error(), "circle") {
		t.Errorf("got %v", err)
	}
}

func TestWriteKeepsOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "config")
	put(t, path, "old", 0o640)
	if err := os.Chown(path, 1234, 2345); err != nil {
		t.Fatal(err)
	}
	if err := Write(path, []byte("old"), []byte("new")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if s := info.Sys().(*syscall.Stat_t); s.Uid != 1234 || s.Gid != 2345 || info.Mode() != 0o640 {
		t.Errorf("now %v of %d:%d", info.Mode(), s.Uid, s.Gid)
	}
	if got := files(t, dir); got != "config" {
		t.Errorf("left behind: %s", got)
	}
}

// TestWriteFileOfAnother is a file that may be written, but not given away
// once replaced: it is written in place, so that its owner keeps it.
func TestWriteFileOfAnother(t *testing.T) {
	dir := sharedDir(t, 0o666)
	if dir == "" {
		return
	}
	path := filepath.Join(dir, "config")
	if err := Write(path, []byte("old"), []byte("new")); err != nil {
		t.Fatal(err)
	}
	holds(t, path, "new")
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if s := info.Sys().(*syscall.Stat_t); s.Uid != 0 || info.Mode() != 0o666 {
		t.Errorf("now %v of %d", info.Mode(), s.Uid)
	}
	if got := files(t, dir); got != "config" {
		t.Errorf("left behind: %s", got)
	}
}

// TestWriteReadOnlyFileOfAnother is a file that this user may only read, in
// a directory where a rename could replace it.
func TestWriteReadOnlyFileOfAnother(t *testing.T) {
	dir := sharedDir(t, 0o644)
	if dir == "" {
		return
	}
	path := filepath.Join(dir, "config")
	if err := Write(path, []byte("old"), []byte("new")); err == nil || !strings.Contains(err.Error(), "file is read-only") {
		t.Errorf("got %v", err)
	}
	holds(t, path, "old")
	if got := files(t, dir); got != "config" {
		t.Errorf("left behind: %s", got)
	}
}

// TestWriteHardLink notes what Write says about them: the file is
// replaced, so the other name keeps what it had.
func TestWriteHardLink(t *testing.T) {
	dir := t.TempDir()
	path, other := filepath.Join(dir, "config"), filepath.Join(dir, "other")
	put(t, path, "old", 0o600)
	if err := os.Link(path, other); err != nil {
		t.Fatal(err)
	}
	if err := Write(path, []byte("old"), []byte("new")); err != nil {
		t.Fatal(err)
	}
	holds(t, path, "new")
	holds(t, other, "old")
}

// TestWriteReadOnlyDirectory runs itself as another user when it is root,
// whom modes do not stop.
func TestWriteReadOnlyDirectory(t *testing.T) {
	if os.Geteuid() == 0 {
		asNobody(t)
		return
	}
	dir := t.TempDir()
	path := filepath.Join(dir, "config")
	put(t, path, "old", 0o600)
	if err := os.Chmod(dir, 0o500); err != nil {
		t.Fatal(err)
	}
	defer os.Chmod(dir, 0o700)
	if err := Write(path, []byte("old"), []byte("new")); err == nil || !strings.Contains(err.Error(), "directory is read-only") {
		t.Errorf("got %v", err)
	}
	if err := Write(filepath.Join(dir, "sub", "config"), nil, []byte("new")); err == nil || !strings.Contains(err.Error(), "read-only") {
		t.Errorf("new directory: %v", err)
	}
	holds(t, path, "old")
	if got := files(t, dir); got != "config" {
		t.Errorf("left behind: %s", got)
	}
}

// sharedDir runs the current test again as an unprivileged user, in a directory in which
// config is a file of root's with that mode; there it returns the directory, here "".
func sharedDir(t *testing.T, mode os.FileMode) string {
	t.Helper()
	if dir := os.Getenv("DOTFILE_TEST_SHARED"); dir != "" {
		return dir
	}
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	dir, err := os.MkdirTemp("/tmp", "dotfile-shared")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	put(t, filepath.Join(dir, "config"), "old", mode)
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	asNobody(t, "DOTFILE_TEST_SHARED="+dir)
	return ""
}

// asNobody runs the current test again as an unprivileged user, from a copy
// that this user can reach.
func asNobody(t *testing.T, env ...string) {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "dotfile-test")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		skip(t, runtime.GOOS == "linux", "root is not stopped by modes, and this test cannot become somebody else: %v", err)
	}
	binary := filepath.Join(dir, "dotfile.test")
	put(t, binary, string(self), 0o755)
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Dir = dir
	cmd.Env = append(env, "TMPDIR="+dir, "HOME="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.CombinedOutput()
	if errors.Is(err, os.ErrPermission) {
		skip(t, true, "cannot become another user: %v", err)
	}
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("as nobody: %v\n%s", err, out)
	}
}
