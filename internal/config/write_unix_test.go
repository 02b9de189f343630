//go:build !windows

package config

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
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
	for _, m := range []os.FileMode{0o600, 0o644, 0o640} {
		path := filepath.Join(dir, "config")
		put(t, path, "old", m)
		if err := WriteFile(path, []byte("old"), []byte("new")); err != nil || mode(t, path) != m {
			t.Errorf("mode %v became %v, %v", m, mode(t, path), err)
		}
	}
	path := filepath.Join(dir, ".aws", "config")
	if err := WriteFile(path, nil, []byte("x")); err != nil {
		t.Fatal(err)
	}
	if mode(t, path) != 0o600 || mode(t, filepath.Dir(path)).Perm() != 0o700 {
		t.Errorf("new file: %v in %v", mode(t, path), mode(t, filepath.Dir(path)))
	}
}

func TestWriteFollowsLinks(t *testing.T) {
	dir := t.TempDir()
	real := filepath.Join(dir, "dotfiles", "aws")
	if err := os.Mkdir(filepath.Dir(real), 0o755); err != nil {
		t.Fatal(err)
	}
	link, second := filepath.Join(dir, "config"), filepath.Join(dir, "dotfiles", "second")
	for old, name := range map[string]string{"dotfiles/second": link, real: second} {
		if err := os.Symlink(old, name); err != nil {
			t.Fatal(err)
		}
	}
	for _, step := range [][2]string{{"", "one"}, {"one", "two"}} { // first through a dangling link
		if err := WriteFile(link, []byte(step[0]), []byte(step[1])); err != nil {
			t.Fatal(err)
		}
		holds(t, real, step[1])
		if mode(t, link)&os.ModeSymlink == 0 || mode(t, second)&os.ModeSymlink == 0 {
			t.Error("a link was replaced")
		}
	}
	loop := filepath.Join(dir, "loop")
	if err := os.Symlink("loop", loop); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(loop, nil, []byte("x")); err == nil || !strings.Contains(err.Error(), "circle") {
		t.Errorf("loop: %v", err)
	}
}

func TestWriteKeepsOwner(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("needs root")
	}
	path := filepath.Join(t.TempDir(), "config")
	put(t, path, "old", 0o644)
	if err := os.Chown(path, 1234, 2345); err != nil {
		t.Fatal(err)
	}
	if err := WriteFile(path, []byte("old"), []byte("new")); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if s := info.Sys().(*syscall.Stat_t); s.Uid != 1234 || s.Gid != 2345 {
		t.Errorf("owner is now %d:%d", s.Uid, s.Gid)
	}
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
	if err := WriteFile(path, []byte("old"), []byte("new")); err == nil || !strings.Contains(err.Error(), "directory is read-only") {
		t.Errorf("got %v", err)
	}
	if err := WriteFile(filepath.Join(dir, "sub", "config"), nil, []byte("new")); err == nil || !strings.Contains(err.Error(), "read-only") {
		t.Errorf("new directory: %v", err)
	}
	holds(t, path, "old")
	if got := files(t, dir); got != "config" {
		t.Errorf("left behind: %s", got)
	}
}

// asNobody runs the current test again as an unprivileged user, from a copy
// that this user can reach.
func asNobody(t *testing.T) {
	t.Helper()
	dir, err := os.MkdirTemp("/tmp", "config-test")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	self, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Skip("root is not stopped by modes, and this test cannot become somebody else:", err)
	}
	binary := filepath.Join(dir, "config.test")
	put(t, binary, string(self), 0o755)
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(binary, "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Dir = dir
	cmd.Env = []string{"TMPDIR=" + dir, "HOME=" + dir}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	out, err := cmd.CombinedOutput()
	if errors.Is(err, os.ErrPermission) {
		t.Skip("cannot become another user:", err)
	}
	if err != nil || !strings.Contains(string(out), "--- PASS: "+t.Name()) {
		t.Errorf("as nobody: %v\n%s", err, out)
	}
}

func TestReadPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Skip(err)
	}
	var parse *ParseError
	if _, err := Load(path, ""); !errors.As(err, &parse) {
		t.Errorf("got %v", err)
	}
}
