//go:build linux

package acceptance

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// installed is what make install puts below its PREFIX, without the pages of commands.
var installed = []string{
	"bin/awsbroker",
	"share/bash-completion/completions/awsbroker",
	"share/fish/vendor_completions.d/awsbroker.fish",
	"share/man/man1/awsbroker.1",
	"share/zsh/site-functions/_awsbroker",
}

// TestInstall: a plain user without Go installs what was built, and removes all of it.
func TestInstall(t *testing.T) {
	t.Parallel()
	needRoot(t)
	c := newCheckout(t)

	out := c.make("install")
	prefix := filepath.Join(c.home, ".local")
	c.has(prefix)
	for _, want := range []string{prefix + "/bin/awsbroker\n", "is not on PATH", `export PATH="` + prefix + `/bin:$PATH"`} {
		if !strings.Contains(out, want) {
			t.Errorf("make install does not say %q:\n%s", want, out)
		}
	}
	c.path = prefix + "/bin:" + c.path
	if out := c.make("install"); strings.Contains(out, "PATH") {
		t.Errorf("%s/bin is on PATH:\n%s", prefix, out)
	}
	if out := c.make("uninstall"); !strings.Contains(out, prefix+"/bin/awsbroker\n") {
		t.Errorf("make uninstall does not say what it removed:\n%s", out)
	}
	if left := files(t, prefix); len(left) > 0 {
		t.Errorf("make uninstall left %q", left)
	}

	elsewhere := filepath.Join(c.home, "opt dir")
	c.make("install", "PREFIX="+elsewhere)
	c.has(elsewhere)
	stage := filepath.Join(c.home, "stage")
	out = c.make("install", "DESTDIR="+stage)
	c.has(stage + "/usr/local")
	if strings.Contains(out, stage) || strings.Contains(out, "PATH") {
		t.Errorf("DESTDIR is no place that a user will know:\n%s", out)
	}
}

// checkout is what make install reads, built already, with a user who may write
// to the home in it and nowhere else.
type checkout struct {
	*testing.T
	dir, home, path string
	uid             int
}

func newCheckout(t *testing.T) *checkout {
	t.Helper()
	binary := build(t, "github.com/awsbroker/awsbroker/cmd/awsbroker", "awsbroker")
	dir, err := os.MkdirTemp("", "checkout")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	c := &checkout{T: t, dir: dir, home: filepath.Join(dir, "home"), path: "/usr/bin:/bin", uid: user(t)}
	cp := exec.Command("sh", "-ec", `mkdir -p "$1/bin" "$1/docs" "$1/home"
		cp -R ../Makefile ../packaging "$1" && cp -R ../docs/man "$1/docs" && cp "$2" "$1/bin/awsbroker"
		chmod -R go+rX,go-w "$1"`, "sh", dir, binary)
	if out, err := cp.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	if err := os.Chown(c.home, c.uid, c.uid); err != nil {
		t.Fatal(err)
	}
	return c
}

// make runs as the user, who has no Go.
func (c *checkout) make(args ...string) string {
	c.Helper()
	cmd := exec.Command("make", append(args, "GO=no-go")...)
	cmd.Dir = c.dir
	cmd.Env = []string{"HOME=" + c.home, "PATH=" + c.path}
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: uint32(c.uid), Gid: uint32(c.uid)}}
	out, err := cmd.CombinedOutput()
	if err != nil {
		c.Fatalf("make %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return string(out)
}

// has fails the test unless prefix has what is installed, a page for each command,
// and nothing else.
func (c *checkout) has(prefix string) {
	c.Helper()
	var names []string
	pages := 0
	for _, path := range files(c.T, prefix) {
		name := strings.TrimPrefix(path, prefix+"/")
		if strings.HasPrefix(name, "share/man/man1/awsbroker-") {
			pages++
			continue
		}
		names = append(names, name)
		if info, err := os.Stat(path); err != nil || info.Size() == 0 {
			c.Errorf("%s: empty, or %v", path, err)
		}
	}
	if !slices.Equal(names, installed) || pages < 30 {
		c.Errorf("%s has %q and %d pages, not %q", prefix, names, pages, installed)
	}
}
