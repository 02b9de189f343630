//go:build linux

package acceptance

import (
	"fmt"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
)

// rotator is a person whose only key is rotated.
func rotator(t *testing.T) *world {
	t.Helper()
	return newWorld(t).rotator()
}

func (w *world) rotator() *world {
	for _, k := range w.aws.User.AccessKeys() {
		if k.ID != canaryID {
			w.aws.Server.Key(k.ID).Delete()
		}
	}
	return w.with("AWS_ENDPOINT_URL_IAM=" + w.url)
}

// rotate runs it to its end with a code at hand.
func (w *world) rotate(args ...string) result {
	w.t.Helper()
	return w.runWith(w.code(), append([]string{"rotate", "--yes", "--mfa-code", "-"}, args...)...)
}

// killRotate starts a rotation and kills it after a while. It reports whether
// it was in time.
func (w *world) killRotate(after time.Duration) bool {
	w.t.Helper()
	cmd := w.command(w.bin, "rotate", "--yes", "--mfa-code", "-")
	cmd.Stdin = strings.NewReader(w.code())
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	timer := time.AfterFunc(after, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	defer timer.Stop()
	_ = cmd.Wait()
	return cmd.ProcessState.ExitCode() == -1
}

// coded counts the calls with a code in them.
func (w *world) coded() int {
	n := 0
	for _, action := range []string{"AssumeRole", "GetSessionToken"} {
		for _, c := range w.aws.Server.Calls(action) {
			if c.CodeSent {
				n++
			}
		}
	}
	return n
}

// wantOneKey holds what has to be true after a rotation: the user has one key,
// it is active, and with it the profile gets a session.
func (w *world) wantOneKey() string {
	w.t.Helper()
	all := w.aws.User.AccessKeys()
	if len(all) != 1 || all[0].Status != "Active" {
		w.t.Fatalf("in AWS: %+v", all)
	}
	listed := w.run("list", "--json")
	if !strings.Contains(listed.stdout, all[0].ID) {
		w.t.Errorf("%s is not listed: %v", all[0].ID, listed)
	}
	if left, _ := filepath.Glob(w.path("home/.local/state/awsbroker/rotation-*")); len(left) > 0 {
		w.t.Errorf("left behind: %v", left)
	}
	return all[0].ID
}

// wantKeychainWorks gets a new session with the key in the keychain.
func (w *world) wantKeychainWorks() {
	w.t.Helper()
	if r := w.runWith(w.code(), "login", "--profile", "admin", "--mfa-code", "-"); r.code != 0 {
		w.t.Fatalf("the key in the keychain does not work: %v", r)
	}
}

// A rotation is killed at any instant, and the next run finishes it. All the
// while other programs get their sessions.
func TestRotateKilledAnywhere(t *testing.T) {
	t.Parallel()
	worlds, kills := 6, 7
	if testing.Short() {
		worlds, kills = 2, 2
	}
	for i := range worlds {
		t.Run(fmt.Sprint(i), func(t *testing.T) {
			t.Parallel()
			w := rotator(t)
			if i%2 == 1 {
				w.selfService()
			}
			w.login("admin")
			stop := w.callAllAlong()
			for n := range kills {
				// In the middle of the work, that is; the proofs take half a second each.
				cut := w.killRotate(time.Duration(rand.IntN(1900)) * time.Millisecond)
				// What a creation may have made is on AWS's lists by now.
				w.aws.Server.Advance(61 * time.Second)
				codes := w.coded()
				r := w.rotate()
				if r.code != 0 {
					t.Fatalf("run %d, cut short: %v; the next run: %v", n, cut, r)
				}
				if more := w.coded() - codes; more > 1 {
					t.Errorf("run %d took %d codes more", n, more)
				}
				w.wantOneKey()
			}
			stop()
			w.wantKeychainWorks()
			noSecret(t, w)
		})
	}
}

// selfService lets the user's own key do the work, and the role not.
func (w *world) selfService() {
	w.t.Helper()
	w.aws.Role.DetachPolicy("arn:aws:iam::aws:policy/AdministratorAccess")
	err := w.aws.User.PutPolicy("self-service", fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*AccessKey*","Resource":%q}]}`, w.aws.User.ARN()))
	if err != nil {
		w.t.Fatal(err)
	}
}

// callAllAlong runs credential-process again and again, without a terminal,
// until stop: each time there has to be the answer.
func (w *world) callAllAlong() (stop func()) {
	w.t.Helper()
	var wg sync.WaitGroup
	done, calls := make(chan struct{}), 0
	wg.Go(func() {
		for {
			select {
			case <-done:
				return
			case <-time.After(20 * time.Millisecond):
			}
			r := w.run("credential-process", "--profile", "admin")
			calls++
			if r.code != 0 || r.stderr != "" || !strings.Contains(r.stdout, `"SecretAccessKey"`) {
				w.t.Errorf("call %d during the rotation: %v", calls, r)
				return
			}
		}
	})
	stop = sync.OnceFunc(func() {
		close(done)
		wg.Wait()
		if calls == 0 {
			w.t.Error("no call was made")
		}
	})
	w.t.Cleanup(stop)
	return stop
}

// noSecret holds that no file has the secret of any key that was ever made.
func noSecret(t *testing.T, w *world) {
	t.Helper()
	secrets := []string{canaryKey, passphrase}
	for _, k := range w.aws.User.AccessKeys() {
		secrets = append(secrets, w.aws.Server.Key(k.ID).Secret)
	}
	for _, secret := range secrets {
		out, err := exec.Command("grep", "-rlF", "--", secret, w.home, w.path("tmp")).CombinedOutput()
		if err == nil {
			t.Errorf("a secret is in %s", out)
		}
	}
}

// A loop that has lost the passphrase, as one in the background has that a
// person typed for: it needs no keychain while a key is rotated.
func TestRotateServesWithoutPassphrase(t *testing.T) {
	t.Parallel()
	w := rotator(t)
	w.login("admin")
	stop := w.without("AWSBROKER_FILE_PASSPHRASE").callAllAlong()
	for range 2 {
		if r := w.rotate(); r.code != 0 {
			t.Fatal(r)
		}
	}
	stop()
	w.wantOneKey()
	if w.coded() != 1 {
		t.Errorf("%d codes", w.coded())
	}
}

// A person is asked for the passphrase, for a yes, for a code and about the key
// that is in the way; and AWS takes seconds to know the new key everywhere.
func TestRotateAtATerminal(t *testing.T) {
	t.Parallel()
	w := rotator(t)
	w.aws.User.AddAccessKey().Deactivate()
	w.aws.Server.SetLag(fakeaws.Lag{NewKey: 3 * time.Second, Flap: "101"})
	tm := newTerminal(t)
	c := tm.start(w.without("AWSBROKER_FILE_PASSPHRASE").command(w.bin, "rotate"))
	tm.expect("passphrase of the encrypted keystore in ")
	tm.send(passphrase + "\n")
	tm.expect("rotate this key? [y/N] ")
	tm.send("y\n")
	tm.expect("MFA code of " + w.aws.Device.Serial)
	tm.send(w.code() + "\n")
	tm.expect("delete it for good? [y/N] ")
	tm.send("y\n")
	tm.expect("key phoebe is rotated")
	if code := c.wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	w.aws.Server.SetLag(fakeaws.Lag{})
	w.wantOneKey()
	w.wantKeychainWorks()
}

// Ctrl-C while it waits leaves a rotation that the next run finishes.
func TestRotateInterruptedAtATerminal(t *testing.T) {
	t.Parallel()
	w := rotator(t)
	w.login("admin")
	w.aws.Server.SetLag(fakeaws.Lag{NewKey: time.Hour})
	tm := newTerminal(t)
	c := tm.start(w.command(w.bin, "rotate", "--yes"))
	tm.expect("is in the keychain, beside the old one")
	tm.send(controlC)
	tm.expect("to go on, run again: awsbroker rotate phoebe")
	if code := c.wait(); code != 4 {
		t.Errorf("exit code %d", code)
	}
	w.aws.Server.SetLag(fakeaws.Lag{})
	if r := w.rotate(); r.code != 0 || !strings.Contains(r.stderr, "the earlier rotation of key phoebe is finished") {
		t.Fatal(r)
	}
	w.wantOneKey()
	if w.coded() != 1 {
		t.Errorf("%d codes", w.coded())
	}
}

// Two at once: one works, the other says who does.
func TestRotateTwice(t *testing.T) {
	t.Parallel()
	w := rotator(t)
	w.login("admin")
	w.aws.Server.SetLag(fakeaws.Lag{NewKey: 2 * time.Second})
	first := w.command(w.bin, "rotate", "--yes")
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a key is made", func() bool { return len(w.aws.Server.Calls("CreateAccessKey")) > 0 })
	r := w.run("rotate", "--yes")
	if r.code != 1 || !strings.Contains(r.stderr, fmt.Sprintf("another awsbroker (process %d) is rotating the key \"phoebe\"", first.Process.Pid)) {
		t.Error(r)
	}
	if err := first.Wait(); err != nil {
		t.Error(err)
	}
	w.aws.Server.SetLag(fakeaws.Lag{})
	w.wantOneKey()
	if n := len(w.aws.Server.Calls("CreateAccessKey")); n != 1 {
		t.Errorf("%d keys were made", n)
	}
}

// The directories that a rotation writes to are full or gone: nothing is made
// in AWS that is not kept.
func TestRotateWhereNothingCanBeWritten(t *testing.T) {
	t.Parallel()
	needRoot(t)
	for _, place := range []string{"home/.local/share/awsbroker/keystore", "home/.local/state/awsbroker"} {
		t.Run(filepath.Base(place), func(t *testing.T) {
			t.Parallel()
			w := newWorldOf(t, 4711).rotator()
			w.login("admin")
			w.chmod(0o500, w.path(place))
			r := w.run("rotate", "--yes")
			if r.code == 0 {
				skip(t, "it could be written all the same")
			}
			keys := w.aws.User.AccessKeys()
			if len(keys) != 1 || keys[0].ID != canaryID || !slices.Contains([]int{1, 7}, r.code) {
				t.Errorf("%+v; %v", keys, r)
			}
			w.chmod(0o700, w.path(place))
			if r := w.run("rotate", "--yes"); r.code != 0 {
				t.Error(r)
			}
			w.wantOneKey()
		})
	}
}
