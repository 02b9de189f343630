//go:build linux

package acceptance

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// user makes a user id that nobody has, with its runtime directory gone
// afterwards.
func user(t *testing.T, n int) int {
	t.Helper()
	needRoot(t)
	uid := 200000 + os.Getpid()%10000*10 + n
	t.Cleanup(func() { os.RemoveAll(fmt.Sprintf("/run/user/%d", uid)) })
	return uid
}

// files below a directory, without the directories.
func files(t *testing.T, dir string) []string {
	t.Helper()
	var all []string
	_ = filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && !d.IsDir() {
			all = append(all, path)
		}
		return nil
	})
	return all
}

// seal takes the right to write from every directory below dir.
func (w *world) seal(dir string) {
	w.t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			err = os.Chmod(path, 0o500)
		}
		return err
	})
	if err != nil {
		w.t.Fatal(err)
	}
}

// TestNothingWritable: where nothing can be kept, a code still buys a session.
func TestNothingWritable(t *testing.T) {
	t.Parallel()
	w := newWorldOf(t, user(t, 1))
	w.seal(w.home)
	for i, run := range []func() result{
		func() result {
			return w.runWith(w.code(), "credential-process", "--profile", "admin", "--mfa-code", "-")
		},
		func() result {
			return w.runWith(w.code(), "export", "--profile", "admin", "--format", "json", "--mfa-code", "-")
		},
		func() result {
			return w.runWith(w.code(), "exec", "--profile", "admin", "--mfa-code", "-", "--", w.bin, "export", "--help")
		},
	} {
		r := run()
		told := strings.Contains(r.stderr, "warning: the session could not be kept")
		if r.code != 0 || r.stdout == "" || told != (i > 0) || i == 0 && r.stderr != "" { // a caller is told nothing (R1)
			t.Error(r)
		}
	}
	w.wantAssumed(3)
	wantFailure(t, w.run("credential-process", "--profile", "admin"), 4, hint)
	if r := w.run("list"); r.code != 0 {
		t.Errorf("list: %v", r)
	}

	// At a terminal without a directory for locks, too.
	tm := newTerminal(t)
	w.mkdir(w.path("out"), 0o755)
	c := w.at(tm, "out/run", "credential-process", "--profile", "admin")
	tm.expect(asking)
	tm.send(w.code() + "\n")
	wantAnswer(t, c.outcome())
}

// TestNoHome: not even a home directory, for a user that the password file
// does not know.
func TestNoHome(t *testing.T) {
	t.Parallel()
	w := newWorldOf(t, user(t, 2))
	home := w.home + "/"
	w = w.without("HOME").with("AWS_CONFIG_FILE="+home+".aws/config", "AWS_SHARED_CREDENTIALS_FILE="+home+".aws/credentials",
		"XDG_STATE_HOME="+home+".local/state", "XDG_DATA_HOME="+home+".local/share")
	for range 2 { // nothing is cached
		wantAnswer(t, w.runWith(w.code(), "credential-process", "--profile", "admin", "--mfa-code", "-"))
	}
	w.wantAssumed(2)
}

// TestFullDisk: a session that does not fit on the disk is still returned.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	needRoot(t)
	w := newWorld(t)
	cache := w.path("full")
	w.mkdir(cache, 0o700)
	if err := syscall.Mount("tmpfs", cache, "tmpfs", 0, "size=16k"); err != nil {
		skip(t, "cannot mount a tmpfs: "+err.Error())
	}
	t.Cleanup(func() { _ = syscall.Unmount(cache, syscall.MNT_DETACH) })
	_ = os.WriteFile(filepath.Join(cache, "ballast"), make([]byte, 64<<10), 0o600) // as much as fits
	w = w.with("XDG_CACHE_HOME=" + cache)
	for range 2 {
		wantAnswer(t, w.runWith(w.code(), "credential-process", "--profile", "admin", "--mfa-code", "-"))
	}
	w.wantAssumed(2)
	if left, _ := filepath.Glob(filepath.Join(cache, "awsbroker/sessions/.*")); len(left) > 0 {
		t.Errorf("half a file is left: %v", left)
	}
}

// TestTwoUsers: the same profile of two people on one machine.
func TestTwoUsers(t *testing.T) {
	t.Parallel()
	one, other := newWorldOf(t, user(t, 3)), newWorldOf(t, user(t, 4))
	one.login("admin")
	other.login("admin")
	first := wantAnswer(t, one.run("credential-process", "--profile", "admin"))
	second := wantAnswer(t, other.run("credential-process", "--profile", "admin"))
	if first == second {
		t.Error("they have one session")
	}
	one.chmod(0o755, one.home) // as many homes are
	sessions := files(t, one.path("home/.cache/awsbroker/sessions"))
	if len(sessions) == 0 {
		t.Fatal("no session was cached")
	}
	for _, file := range append(sessions, files(t, one.path("home/.local"))...) {
		if other.finish(other.command("cat", file)).code == 0 {
			t.Errorf("others can read %s", file)
		}
	}
	// Nor does one's cache serve the other, who may even point at it.
	stray := other.with("XDG_CACHE_HOME="+one.path("home/.cache"), "XDG_RUNTIME_DIR="+one.path("home/.cache"))
	wantFailure(t, stray.run("credential-process", "--profile", "admin"), 4, hint)
	one.wantAssumed(1)
	other.wantAssumed(1)
}

// TestForeignRuntimeDir: su keeps XDG_RUNTIME_DIR. Somebody else's is passed
// over even where it could be written to.
func TestForeignRuntimeDir(t *testing.T) {
	t.Parallel()
	w := newWorldOf(t, user(t, 5))
	foreign := w.path("foreign")
	if err := os.Mkdir(foreign, 0o777); err != nil {
		t.Fatal(err)
	}
	w.chmod(0o777, foreign)
	w.with("XDG_RUNTIME_DIR=" + foreign).login("admin")
	if entries, _ := os.ReadDir(foreign); len(entries) > 0 {
		t.Errorf("something was put there: %v", entries)
	}
	wantAnswer(t, w.run("credential-process", "--profile", "admin"))
	w.wantAssumed(1)
}

// TestLinkedSessionDir: a link in the place of our directory is not followed.
func TestLinkedSessionDir(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.mkdir(w.path("elsewhere"), 0o700)
	w.mkdir(w.path("home/.cache/awsbroker"), 0o700)
	if err := os.RemoveAll(w.path("home/.cache/awsbroker/sessions")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(w.path("elsewhere"), w.path("home/.cache/awsbroker/sessions")); err != nil {
		t.Fatal(err)
	}
	wantAnswer(t, w.runWith(w.code(), "credential-process", "--profile", "admin", "--mfa-code", "-"))
	if entries, _ := os.ReadDir(w.path("elsewhere")); len(entries) > 0 {
		t.Errorf("something was put there: %v", entries)
	}
}

// TestRuntimeDirUnset: a login in a desktop session serves cron and su, which
// lack XDG_RUNTIME_DIR.
func TestRuntimeDirUnset(t *testing.T) {
	t.Parallel()
	uid := user(t, 6)
	w := newWorldOf(t, uid)
	runtime := fmt.Sprintf("/run/user/%d", uid)
	w.mkdir(runtime, 0o700)
	settled()
	w.with("XDG_RUNTIME_DIR=" + runtime).login("admin")
	for range 2 {
		wantAnswer(t, w.run("credential-process", "--profile", "admin"))
	}
	w.wantAssumed(1)
	sealed := files(t, filepath.Join(runtime, "awsbroker"))
	if len(sealed) == 0 || len(files(t, w.path("home/.cache"))) > 0 {
		t.Errorf("sessions are in %v", sealed)
	}
	for _, path := range append(sealed, filepath.Join(runtime, "awsbroker")) {
		if info, err := os.Lstat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v %v", path, info.Mode(), err)
		}
	}
}

// TestKernelRefusesKeys: in many containers. The sealing key is in the
// keychain then, and all goes on as before.
func TestKernelRefusesKeys(t *testing.T) {
	t.Parallel()
	for _, errno := range []string{"EPERM", "ENOSYS"} {
		t.Run(errno, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			filter := w.path("bin/seccomptest")
			w.install(build(t, "github.com/awsbroker/awsbroker/internal/seccomptest", "seccomptest"), filter)
			run := func(stdin string, args ...string) result {
				cmd := w.command(filter, append([]string{"-errno", errno, w.bin}, args...)...)
				cmd.Stdin = strings.NewReader(stdin)
				return w.finish(cmd)
			}
			profile := []string{"credential-process", "--profile", "admin"}
			wantFailure(t, run("", profile...), 4, hint)
			first := wantAnswer(t, run(w.code(), append(profile, "--mfa-code", "-")...))
			if second := wantAnswer(t, run("", profile...)); second != first {
				t.Error("the second answer is another one")
			}
			w.wantAssumed(1)
			if r := run("", "list"); r.code != 0 || !strings.Contains(r.stdout, "left") {
				t.Errorf("list does not see the session: %v", r)
			}
			closed := w.without("AWSBROKER_FILE_PASSPHRASE")
			list := []string{"-errno", errno, w.bin, "list"}
			if r := w.finish(closed.command(filter, list...)); r.code != 0 || !strings.Contains(r.stdout, "unknown: the keychain seals it") {
				t.Errorf("list without the passphrase: %v", r)
			}
			if r := w.finish(closed.command(filter, append(list, "--json")...)); r.code != 0 || !strings.Contains(r.stdout, `"session_unknown": true`) {
				t.Errorf("list --json without the passphrase: %v", r)
			}
			if r := run("", "logout", "--all"); r.code != 0 {
				t.Errorf("logout: %v", r)
			}
			wantFailure(t, run("", profile...), 4, hint)
			if sealed, _ := filepath.Glob(w.path("home/.cache/awsbroker/sessions/*.sealed")); len(sealed) > 0 {
				t.Errorf("after logout --all there are %v", sealed)
			}
			wantAnswer(t, run(w.code(), append(profile, "--mfa-code", "-")...))
			w.wantAssumed(2)
		})
	}
}

// TestPassphraseIsAskedOnce: with the sealing key in the encrypted file, too,
// a person types its passphrase once a run.
func TestPassphraseIsAskedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	filter := w.path("bin/seccomptest")
	w.install(build(t, "github.com/awsbroker/awsbroker/internal/seccomptest", "seccomptest"), filter)
	w = w.without("AWSBROKER_FILE_PASSPHRASE")
	for name, command := range map[string]*exec.Cmd{
		"kernel":  w.command(w.bin, "credential-process", "--profile", "admin"),
		"refused": w.command(filter, w.bin, "credential-process", "--profile", "admin"),
	} {
		t.Run(name, func(t *testing.T) {
			tm := newTerminal(t)
			out := w.create(name)
			command.Stdout, command.Stderr = out, out
			j := tm.start(command)
			tm.expect("passphrase of")
			tm.send("a wrong passphrase\n")
			tm.expect("not the passphrase")
			tm.expect("passphrase of")
			tm.send(passphrase + "\n")
			tm.expect(asking)
			tm.send(w.code() + "\n")
			j.wait()
			wantAnswer(t, result{stdout: w.read(w.path(name)), code: j.result.code})
			if n := tm.count("passphrase of"); n != 2 {
				t.Errorf("the passphrase was asked for %d times, want 2: one wrong, one right", n)
			}
			w.run("logout", "--all")
		})
	}
}
