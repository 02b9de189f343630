//go:build linux

package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
)

// distribution is what `make dist` makes of a clone of this commit that has a tag, under
// the circumstances of somebody's shell. It returns the clone's dist; the clones go with
// the programs under test.
func distribution(tag, targets, circumstances string) (string, error) {
	clone, err := os.MkdirTemp(bin, "clone-")
	if err != nil {
		return "", err
	}
	script := `git clone -q --no-tags "$PWD/.." "$1" && cd "$1" && git tag "$2" && ` + circumstances + ` make dist TARGETS="$3"`
	cmd := exec.Command("bash", "-c", script, "sh", clone, tag, "linux/"+runtime.GOARCH+" "+targets)
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("make dist: %w\n%s", err, out)
	}
	return filepath.Join(clone, "dist"), nil
}

// What is packed once for all tests: a release, and the one before.
var (
	thisRelease = sync.OnceValues(func() (string, error) { return distribution("v0.10.0-rc.1", "windows/amd64", "") })
	lastRelease = sync.OnceValues(func() (string, error) { return distribution("v0.9.0", "", "") })
)

// distributed is the directory of one of them.
func distributed(t *testing.T, release func() (string, error)) string {
	t.Helper()
	dir, err := release()
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// TestDistIsReproducible: another directory, time zone, umask, language and time of day
// give the same bytes.
func TestDistIsReproducible(t *testing.T) {
	t.Parallel()
	one := distributed(t, thisRelease)
	other, err := distribution("v0.10.0-rc.1", "windows/amd64", "umask 077; export TZ=Asia/Tokyo LC_ALL=tr_TR.UTF-8 USER=rory;")
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("diff", "-r", one, other).CombinedOutput(); err != nil {
		t.Errorf("make dist made other bytes:\n%s", out)
	}
	check := exec.Command("sha256sum", "-c", "--strict", "SHA256SUMS")
	check.Dir = one
	out, err := check.CombinedOutput()
	if err != nil {
		t.Errorf("SHA256SUMS: %v\n%s", err, out)
	}
	target := "0.10.0-rc.1_linux_" + runtime.GOARCH
	for _, name := range []string{
		target + ".apk", target + ".deb", target + ".rpm", target + ".pkg.tar.zst", target + ".tar.gz", target + ".cdx.json",
		"0.10.0-rc.1_windows_amd64.zip", "0.10.0-rc.1_windows_amd64.cdx.json",
	} {
		if !strings.Contains(string(out), "awsbroker_"+name+": OK\n") {
			t.Errorf("there is no awsbroker_%s:\n%s", name, out)
		}
	}
}

// TestArchive: what is unpacked below a PREFIX works, and each module that is in the
// program is in the bill of materials and among the licenses.
func TestArchive(t *testing.T) {
	t.Parallel()
	dist := distributed(t, thisRelease)
	prefix := t.TempDir()
	name := filepath.Join(dist, "awsbroker_0.10.0-rc.1_linux_"+runtime.GOARCH)
	if out, err := exec.Command("tar", "xzf", name+".tar.gz", "-C", prefix, "--strip-components=1").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	for _, file := range []string{
		"share/man/man1/awsbroker-rotate.1.gz", "share/bash-completion/completions/awsbroker", "share/zsh/site-functions/_awsbroker",
		"share/fish/vendor_completions.d/awsbroker.fish", "share/doc/awsbroker/LICENSE", "share/doc/awsbroker/README.md",
	} {
		if info, err := os.Stat(filepath.Join(prefix, file)); err != nil || info.Size() == 0 {
			t.Errorf("%s: empty, or %v", file, err)
		}
	}
	bin := filepath.Join(prefix, "bin/awsbroker")
	if out, err := exec.Command(bin, "--version").Output(); err != nil || !strings.HasPrefix(string(out), "awsbroker v0.10.0-rc.1 ") {
		t.Errorf("--version: %q, %v", out, err)
	}
	modules, err := exec.Command("go", "version", "-m", bin).Output()
	if err != nil {
		t.Fatal(err)
	}
	bill, terms := text(t, name+".cdx.json"), text(t, filepath.Join(prefix, "share/doc/awsbroker/THIRD-PARTY-LICENSES"))
	n := 0
	for line := range strings.Lines(string(modules)) {
		if f := strings.Fields(line); len(f) > 2 && f[0] == "dep" {
			n++
			if !strings.Contains(bill, "pkg:golang/"+f[1]+"@"+f[2]) || !strings.Contains(terms, f[1]+" "+f[2]+"\n") {
				t.Errorf("%s %s is in the program, and not in the bill or not among the licenses", f[1], f[2])
			}
		}
	}
	if n < 10 {
		t.Errorf("%d modules in the program:\n%s", n, modules)
	}
}

// TestPKGBUILD packs what is in the directory where makepkg works: the archive, and what
// it has unpacked.
func TestPKGBUILD(t *testing.T) {
	t.Parallel()
	dist := distributed(t, thisRelease)
	script := `cp "$1"/*_linux_*.tar.gz . && tar xzf *.tar.gz && pkgdir=$PWD/pkg && . "$1/channels/aur/PKGBUILD" && package && "$pkgdir/usr/bin/awsbroker" --version`
	cmd := exec.Command("bash", "-ec", script, "sh", dist)
	cmd.Dir = t.TempDir()
	if out, err := cmd.CombinedOutput(); err != nil || !strings.HasPrefix(string(out), "awsbroker v0.10.0-rc.1 ") {
		t.Errorf("%v\n%s", err, out)
	}
}

func text(t *testing.T, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
