//go:build linux

package acceptance

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// users counts the user ids that were made.
var users atomic.Int64

// user makes a user id that nobody has, no other test either: what the kernel keeps for a
// user, and the runtime directory, which is gone afterwards, are one test's.
func user(t *testing.T) int {
	t.Helper()
	needRoot(t)
	uid := 200000 + os.Getpid()%10000*1000 + int(users.Add(1))
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
	w := newWorldOf(t, user(t))
	w.seal(w.Home)
	for i, run := range []func() machine.Result{
		func() machine.Result {
			return w.RunWith(w.Code(), "credential-process", "--profile", "admin", "--mfa-code", "-")
		},
		func() machine.Result {
			return w.RunWith(w.Code(), "export", "--profile", "admin", "--format", "json", "--mfa-code", "-")
		},
		func() machine.Result {
			return w.RunWith(w.Code(), "exec", "--profile", "admin", "--mfa-code", "-", "--", w.Bin, "export", "--help")
		},
	} {
		r := run()
		told := strings.Contains(r.Stderr, "warning: the session could not be cached")
		if r.Code != 0 || r.Stdout == "" || told != (i > 0) || i == 0 && r.Stderr != "" { // a caller is told nothing (R1)
			t.Error(r)
		}
	}
	w.wantAssumed(3)
	wantFailure(t, w.Run("credential-process", "--profile", "admin"), 4, hint)
	if r := w.Run("list"); r.Code != 0 {
		t.Errorf("list: %v", r)
	}

	// At a terminal without a directory for locks, too.
	tm := machine.NewTerminal(t)
	w.Mkdir(w.Path("out"), 0o755)
	c := w.At(tm, "out/run", "credential-process", "--profile", "admin")
	tm.Expect(asking)
	tm.Send(w.Code() + "\n")
	wantAnswer(t, c.Outcome())
}

// TestNoHome: not even a home directory, for a user that the password file
// does not know.
func TestNoHome(t *testing.T) {
	t.Parallel()
	w := newWorldOf(t, user(t))
	home := w.Home + "/"
	w = w.Without("HOME").With("AWS_CONFIG_FILE="+home+".aws/config", "AWS_SHARED_CREDENTIALS_FILE="+home+".aws/credentials",
		"XDG_STATE_HOME="+home+".local/state", "XDG_DATA_HOME="+home+".local/share")
	for range 2 { // nothing is cached
		wantAnswer(t, w.RunWith(w.Code(), "credential-process", "--profile", "admin", "--mfa-code", "-"))
	}
	w.wantAssumed(2)
}

// TestFullDisk: a session that does not fit on the disk is still returned.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	needRoot(t)
	w := newWorld(t)
	cache := w.Path("full")
	w.Mkdir(cache, 0o700)
	if err := syscall.Mount("tmpfs", cache, "tmpfs", 0, "size=16k"); err != nil {
		skip(t, "cannot mount a tmpfs: "+err.Error())
	}
	t.Cleanup(func() { _ = syscall.Unmount(cache, syscall.MNT_DETACH) })
	_ = os.WriteFile(filepath.Join(cache, "ballast"), make([]byte, 64<<10), 0o600) // as much as fits
	w = w.With("XDG_CACHE_HOME=" + cache)
	for range 2 {
		wantAnswer(t, w.RunWith(w.Code(), "credential-process", "--profile", "admin", "--mfa-code", "-"))
	}
	w.wantAssumed(2)
	if left, _ := filepath.Glob(filepath.Join(cache, "awsbroker/sessions/.*")); len(left) > 0 {
		t.Errorf("half a file is left: %v", left)
	}
}

// TestTwoUsers: the same profile of two people on one machine.
func TestTwoUsers(t *testing.T) {
	t.Parallel()
	one, other := newWorldOf(t, user(t)), newWorldOf(t, user(t))
	one.Login("admin")
	other.Login("admin")
	first := wantAnswer(t, one.Run("credential-process", "--profile", "admin"))
	second := wantAnswer(t, other.Run("credential-process", "--profile", "admin"))
	if first == second {
		t.Error("they have one session")
	}
	one.Chmod(0o755, one.Home) // as many homes are
	sessions := files(t, one.Path("home/.cache/awsbroker/sessions"))
	if len(sessions) == 0 {
		t.Fatal("no session was cached")
	}
	for _, file := range append(sessions, files(t, one.Path("home/.local"))...) {
		if other.Finish(other.Command("cat", file)).Code == 0 {
			t.Errorf("others can read %s", file)
		}
	}
	// Nor does one's cache serve the other, who may even point at it.
	stray := other.With("XDG_CACHE_HOME="+one.Path("home/.cache"), "XDG_RUNTIME_DIR="+one.Path("home/.cache"))
	wantFailure(t, stray.Run("credential-process", "--profile", "admin"), 4, hint)
	one.wantAssumed(1)
	other.wantAssumed(1)
}

// TestForeignRuntimeDir: su keeps XDG_RUNTIME_DIR. Somebody else's is passed
// over even where it could be written to.
func TestForeignRuntimeDir(t *testing.T) {
	t.Parallel()
	w := newWorldOf(t, user(t))
	foreign := w.Path("foreign")
	if err := os.Mkdir(foreign, 0o777); err != nil {
		t.Fatal(err)
	}
	w.Chmod(0o777, foreign)
	w.With("XDG_RUNTIME_DIR=" + foreign).Login("admin")
	if entries, _ := os.ReadDir(foreign); len(entries) > 0 {
		t.Errorf("something was put there: %v", entries)
	}
	wantAnswer(t, w.Run("credential-process", "--profile", "admin"))
	w.wantAssumed(1)
}

// TestLinkedSessionDir: a link in the place of our directory is not followed.
func TestLinkedSessionDir(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Mkdir(w.Path("elsewhere"), 0o700)
	w.Mkdir(w.Path("home/.cache/awsbroker"), 0o700)
	if err := os.RemoveAll(w.Path("home/.cache/awsbroker/sessions")); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(w.Path("elsewhere"), w.Path("home/.cache/awsbroker/sessions")); err != nil {
		t.Fatal(err)
	}
	wantAnswer(t, w.RunWith(w.Code(), "credential-process", "--profile", "admin", "--mfa-code", "-"))
	if entries, _ := os.ReadDir(w.Path("elsewhere")); len(entries) > 0 {
		t.Errorf("something was put there: %v", entries)
	}
}

// TestRuntimeDirUnset: a login in a desktop session serves cron and su, which
// lack XDG_RUNTIME_DIR.
func TestRuntimeDirUnset(t *testing.T) {
	t.Parallel()
	uid := user(t)
	w := newWorldOf(t, uid)
	runtime := fmt.Sprintf("/run/user/%d", uid)
	w.Mkdir(runtime, 0o700)
	machine.Rest()
	w.With("XDG_RUNTIME_DIR=" + runtime).Login("admin")
	for range 2 {
		wantAnswer(t, w.Run("credential-process", "--profile", "admin"))
	}
	w.wantAssumed(1)
	sealed := files(t, filepath.Join(runtime, "awsbroker"))
	if len(sealed) == 0 || len(files(t, w.Path("home/.cache"))) > 0 {
		t.Errorf("sessions are in %v", sealed)
	}
	for _, path := range append(sealed, filepath.Join(runtime, "awsbroker")) {
		info, err := os.Lstat(path)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v", path, info.Mode())
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
			filter := w.Path("bin/seccomptest")
			w.Install(build(t, "github.com/awsbroker/awsbroker/internal/seccomptest", "seccomptest"), filter)
			run := func(stdin string, args ...string) machine.Result {
				cmd := w.Command(filter, append([]string{"-errno", errno, w.Bin}, args...)...)
				cmd.Stdin = strings.NewReader(stdin)
				return w.Finish(cmd)
			}
			profile := []string{"credential-process", "--profile", "admin"}
			wantFailure(t, run("", profile...), 4, hint)
			first := wantAnswer(t, run(w.Code(), append(profile, "--mfa-code", "-")...))
			if second := wantAnswer(t, run("", profile...)); second != first {
				t.Error("the second answer is another one")
			}
			w.wantAssumed(1)
			if r := run("", "list"); r.Code != 0 || !strings.Contains(r.Stdout, "left") {
				t.Errorf("list does not see the session: %v", r)
			}
			closed := w.Without("AWSBROKER_FILE_PASSPHRASE")
			list := []string{"-errno", errno, w.Bin, "list"}
			if r := w.Finish(closed.Command(filter, list...)); r.Code != 0 || !strings.Contains(r.Stdout, "unknown: needs the keychain") {
				t.Errorf("list without the passphrase: %v", r)
			}
			if r := w.Finish(closed.Command(filter, append(list, "--json")...)); r.Code != 0 || !strings.Contains(r.Stdout, `"session_unknown": true`) {
				t.Errorf("list --json without the passphrase: %v", r)
			}
			if r := run("", "logout", "--all"); r.Code != 0 {
				t.Errorf("logout: %v", r)
			}
			wantFailure(t, run("", profile...), 4, hint)
			if sealed, _ := filepath.Glob(w.Path("home/.cache/awsbroker/sessions/*.sealed")); len(sealed) > 0 {
				t.Errorf("after logout --all there are %v", sealed)
			}
			wantAnswer(t, run(w.Code(), append(profile, "--mfa-code", "-")...))
			w.wantAssumed(2)
		})
	}
}

// TestPassphraseIsAskedOnce: with the sealing key in the encrypted file, too,
// a person types its passphrase once a run.
func TestPassphraseIsAskedOnce(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	filter := w.Path("bin/seccomptest")
	w.Install(build(t, "github.com/awsbroker/awsbroker/internal/seccomptest", "seccomptest"), filter)
	w = w.Without("AWSBROKER_FILE_PASSPHRASE")
	for name, command := range map[string]*exec.Cmd{
		"kernel":  w.Command(w.Bin, "credential-process", "--profile", "admin"),
		"refused": w.Command(filter, w.Bin, "credential-process", "--profile", "admin"),
	} {
		t.Run(name, func(t *testing.T) {
			tm := machine.NewTerminal(t)
			out := w.Create(name)
			command.Stdout, command.Stderr = out, out
			j := tm.Start(command)
			tm.Expect("passphrase of")
			tm.Send("a wrong passphrase\n")
			tm.Expect("wrong passphrase")
			tm.Expect("passphrase of")
			tm.Send(machine.Passphrase + "\n")
			tm.Expect(asking)
			tm.Send(w.Code() + "\n")
			j.Wait()
			wantAnswer(t, machine.Result{Stdout: w.Read(w.Path(name)), Code: j.Result.Code})
			if n := tm.Count("passphrase of"); n != 2 {
				t.Errorf("the passphrase was asked for %d times, want 2: one wrong, one right", n)
			}
			w.Run("logout", "--all")
		})
	}
}
