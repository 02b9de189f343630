//go:build linux

package e2e

import (
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// TestDeb installs the package in a clean Debian, uses it as a person does, upgrades,
// removes and purges it. Nothing of the person's changes on the way.
func TestDeb(t *testing.T) {
	t.Parallel()
	r := newRoot(t)
	r.apt("install", distributed(t, lastRelease))
	r.expect("awsbroker v0.9.0 ", "--version")
	r.setUp()
	const answer = `"AccessKeyId":`
	r.expect(answer, "credential-process", "--profile", "admin")
	r.sh("get a session now", "man awsbroker-login | cat")
	r.sh("rotate", `. /usr/share/bash-completion/bash_completion; . /usr/share/bash-completion/completions/awsbroker
		COMP_WORDS=(awsbroker rot) COMP_CWORD=1 COMP_LINE="awsbroker rot" COMP_POINT=13; __start_awsbroker; echo "${COMPREPLY[@]}"`)

	before := r.kept()
	r.apt("install", distributed(t, thisRelease))
	r.expect("awsbroker v0.10.0-rc.1 ", "--version")
	r.expect(answer, "credential-process", "--profile", "admin")
	r.sh("verified", "dpkg --verify awsbroker && echo verified")
	r.takeOut("remove", before)
	r.apt("install", "")
	r.expect(answer, "credential-process", "--profile", "admin")
	if n := len(r.AWS.Server.Calls("AssumeRole")); n != 1 {
		t.Errorf("AWS was asked for %d sessions", n)
	}
	r.expect("", "logout", "--all") // else the sealing key stays in the kernel for a week
	r.takeOut("purge", r.kept())
}

// debian is a clean one, in which a person with an AWS beside it works.
type debian struct {
	*machine.Machine
	*testing.T
	dir string
}

func newRoot(t *testing.T) *debian {
	t.Helper()
	if _, err := exec.LookPath("mmdebstrap"); (err != nil || os.Getuid() != 0) && os.Getenv("AWSBROKER_MUST_NOT_SKIP") == "" {
		t.Skip("needs mmdebstrap and root")
	}
	dir, err := os.MkdirTemp("", "awsbroker-root-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	make := exec.Command("sh", "-ec", `. /etc/os-release
		mmdebstrap --quiet --variant=apt --include=man-db,bash-completion "$VERSION_CODENAME" "$1"
		mount -t proc proc "$1/proc" && chroot "$1" useradd -u 4711 -d /srv/home phoebe`, "sh", dir)
	if out, err := make.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Cleanup(func() { _ = syscall.Unmount(filepath.Join(dir, "proc"), 0) })
	m := machine.NewIn(t, filepath.Join(dir, "srv"), 4711)
	m.Bin = "/usr/bin/awsbroker"
	return &debian{m.With("HOME=/srv/home", "PATH=/usr/sbin:/usr/bin:/sbin:/bin", "LANG=C.UTF-8"), t, dir}
}

// inside runs a command in the root, as the person or as root.
func (d *debian) inside(uid uint32, name string, args ...string) machine.Result {
	d.Helper()
	cmd := d.Machine.Command(name, args...)
	cmd.Dir = "/"
	cmd.SysProcAttr.Chroot = d.dir
	cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uid, Gid: uid}
	return d.Finish(cmd)
}

// apt puts the package of a distribution into the root, by default the last one, or
// takes it out.
func (d *debian) apt(verb, dist string) {
	d.Helper()
	const inRoot = "/tmp/awsbroker.deb"
	if dist != "" {
		paths, err := filepath.Glob(filepath.Join(dist, "*_linux_"+runtime.GOARCH+".deb"))
		if err != nil || len(paths) != 1 {
			d.Fatalf("%q, %v", paths, err)
		}
		if err := os.WriteFile(filepath.Join(d.dir, inRoot), []byte(text(d.T, paths[0])), 0o644); err != nil {
			d.Fatal(err)
		}
	}
	what := "awsbroker"
	if verb == "install" {
		what = inRoot
	}
	if r := d.inside(0, "/usr/bin/apt-get", "-y", verb, what); r.Code != 0 {
		d.Fatalf("apt-get %s: %v", verb, r)
	}
}

// takeOut ends the package, of which nothing may stay, and takes nothing of the person's.
func (d *debian) takeOut(verb, kept string) {
	d.Helper()
	d.apt(verb, "")
	d.sh("nothing", `find / -xdev -path '*awsbroker*' ! -path '/srv/*' ! -path '/tmp/*' ! -path '/var/cache/man/*' | grep . || echo nothing`)
	if after := d.kept(); after != kept {
		d.Errorf("the person's files were\n%s\nand are\n%s", kept, after)
	}
}

// setUp puts the key into the keystore and gets one session of a profile.
func (d *debian) setUp() {
	d.Helper()
	key := d.AWS.Key
	d.Profile("admin", "phoebe", d.AWS.Role.ARN(), d.AWS.Device.Serial)
	with := &debian{d.With("AWS_ACCESS_KEY_ID="+key.ID, "AWS_SECRET_ACCESS_KEY="+key.Secret), d.T, d.dir}
	with.expect("", "add", "phoebe", "--from-env")
	d.expect("", "login", "admin", "--mfa-code", d.Code())
}

// expect runs awsbroker as the person.
func (d *debian) expect(want string, args ...string) {
	d.Helper()
	if r := d.inside(4711, d.Bin, args...); r.Code != 0 || !strings.Contains(r.Stdout, want) {
		d.Fatalf("awsbroker %s: %v", strings.Join(args, " "), r)
	}
}

// sh runs a script of bash's as root.
func (d *debian) sh(want, script string) {
	d.Helper()
	if r := d.inside(0, "/bin/bash", "-c", script); !strings.Contains(r.Stdout, want) {
		d.Errorf("%s: %v", script, r)
	}
}

// kept lists the person's files with their checksums, but for the log, which grows.
func (d *debian) kept() string {
	d.Helper()
	r := d.inside(0, "/bin/bash", "-c", `find /srv -type f ! -name '*log*' ! -path '*/.cache/*' -exec sha256sum {} + | sort -k2`)
	if !strings.Contains(r.Stdout, "/.aws/config") {
		d.Fatal(r)
	}
	return r.Stdout
}
