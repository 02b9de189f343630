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
	"github.com/awsbroker/awsbroker/internal/machine"
)

// rotator is a person whose only key is rotated.
func rotator(t *testing.T) *world {
	t.Helper()
	return newWorld(t).rotator()
}

func (w *world) rotator() *world {
	for _, k := range w.AWS.User.AccessKeys() {
		if k.ID != canaryID {
			w.AWS.Server.Key(k.ID).Delete()
		}
	}
	return w.With("AWS_ENDPOINT_URL_IAM=" + w.URL)
}

// rotate runs it to its end with a code at hand.
func (w *world) rotate(args ...string) machine.Result {
	w.t.Helper()
	return w.RunWith(w.Code(), append([]string{"rotate", "--yes", "--mfa-code", "-"}, args...)...)
}

// killRotate starts a rotation and kills it after a while. It reports whether
// it was in time.
func (w *world) killRotate(after time.Duration) bool {
	w.t.Helper()
	cmd := w.Command(w.Bin, "rotate", "--yes", "--mfa-code", "-")
	cmd.Stdin = strings.NewReader(w.Code())
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
		for _, c := range w.AWS.Server.Calls(action) {
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
	all := w.AWS.User.AccessKeys()
	if len(all) != 1 || all[0].Status != "Active" {
		w.t.Fatalf("in AWS: %+v", all)
	}
	listed := w.Run("list", "--json")
	if !strings.Contains(listed.Stdout, all[0].ID) {
		w.t.Errorf("%s is not listed: %v", all[0].ID, listed)
	}
	if left, _ := filepath.Glob(w.Path("home/.local/state/awsbroker/rotation-*")); len(left) > 0 {
		w.t.Errorf("left behind: %v", left)
	}
	return all[0].ID
}

// wantKeychainWorks gets a new session with the key in the keychain.
func (w *world) wantKeychainWorks() {
	w.t.Helper()
	if r := w.RunWith(w.Code(), "login", "--profile", "admin", "--mfa-code", "-"); r.Code != 0 {
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
			w.Login("admin")
			stop := w.callAllAlong()
			for n := range kills {
				// In the middle of the work, that is; the proofs take half a second each.
				cut := w.killRotate(time.Duration(rand.IntN(1900)) * time.Millisecond)
				// What a creation may have made is on AWS's lists by now.
				w.AWS.Server.Advance(61 * time.Second)
				codes := w.coded()
				r := w.rotate()
				if r.Code != 0 {
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
	w.AWS.Role.DetachPolicy("arn:aws:iam::aws:policy/AdministratorAccess")
	err := w.AWS.User.PutPolicy("self-service", fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*AccessKey*","Resource":%q}]}`, w.AWS.User.ARN()))
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
			r := w.Run("credential-process", "--profile", "admin")
			calls++
			if r.Code != 0 || r.Stderr != "" || !strings.Contains(r.Stdout, `"SecretAccessKey"`) {
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
	secrets := []string{canaryKey, machine.Passphrase}
	for _, k := range w.AWS.User.AccessKeys() {
		secrets = append(secrets, w.AWS.Server.Key(k.ID).Secret)
	}
	for _, secret := range secrets {
		out, err := exec.Command("grep", "-rlF", "--", secret, w.Home, w.Path("tmp")).CombinedOutput()
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
	w.Login("admin")
	stop := w.Without("AWSBROKER_FILE_PASSPHRASE").callAllAlong()
	for range 2 {
		if r := w.rotate(); r.Code != 0 {
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
	w.AWS.User.AddAccessKey().Deactivate()
	w.AWS.Server.SetLag(fakeaws.Lag{NewKey: 3 * time.Second, Flap: "101"})
	tm := machine.NewTerminal(t)
	c := tm.Start(w.Without("AWSBROKER_FILE_PASSPHRASE").Command(w.Bin, "rotate"))
	tm.Expect("passphrase of the encrypted file in ")
	tm.Send(machine.Passphrase + "\n")
	tm.Expect("Rotate this key? [y/N] ")
	tm.Send("y\n")
	tm.Expect("MFA code of " + w.AWS.Device.Serial)
	tm.Send(w.Code() + "\n")
	tm.Expect("Delete it for good? [y/N] ")
	tm.Send("y\n")
	tm.Expect("key phoebe was rotated")
	if code := c.Wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	w.AWS.Server.SetLag(fakeaws.Lag{})
	w.wantOneKey()
	w.wantKeychainWorks()
}

// Ctrl-C while it waits leaves a rotation that the next run finishes.
func TestRotateInterruptedAtATerminal(t *testing.T) {
	t.Parallel()
	w := rotator(t)
	w.Login("admin")
	w.AWS.Server.SetLag(fakeaws.Lag{NewKey: time.Hour})
	tm := machine.NewTerminal(t)
	c := tm.Start(w.Command(w.Bin, "rotate", "--yes"))
	tm.Expect("was stored in the keychain")
	tm.Send(machine.ControlC)
	tm.Expect("awsbroker rotate phoebe")
	if code := c.Wait(); code != 4 {
		t.Errorf("exit code %d", code)
	}
	w.AWS.Server.SetLag(fakeaws.Lag{})
	if r := w.rotate(); r.Code != 0 || !strings.Contains(r.Stderr, "the earlier rotation of key phoebe was finished") {
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
	w.Login("admin")
	w.AWS.Server.SetLag(fakeaws.Lag{NewKey: 2 * time.Second})
	first := w.Command(w.Bin, "rotate", "--yes")
	if err := first.Start(); err != nil {
		t.Fatal(err)
	}
	eventually(t, "a key is made", func() bool { return len(w.AWS.Server.Calls("CreateAccessKey")) > 0 })
	r := w.Run("rotate", "--yes")
	if r.Code != 1 || !strings.Contains(r.Stderr, fmt.Sprintf("another awsbroker (process %d) is rotating the key \"phoebe\"", first.Process.Pid)) {
		t.Error(r)
	}
	if err := first.Wait(); err != nil {
		t.Error(err)
	}
	w.AWS.Server.SetLag(fakeaws.Lag{})
	w.wantOneKey()
	if n := len(w.AWS.Server.Calls("CreateAccessKey")); n != 1 {
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
			w.Login("admin")
			w.Chmod(0o500, w.Path(place))
			r := w.Run("rotate", "--yes")
			if r.Code == 0 {
				skip(t, "it could be written all the same")
			}
			keys := w.AWS.User.AccessKeys()
			if len(keys) != 1 || keys[0].ID != canaryID || !slices.Contains([]int{1, 7}, r.Code) {
				t.Errorf("%+v; %v", keys, r)
			}
			w.Chmod(0o700, w.Path(place))
			if r := w.Run("rotate", "--yes"); r.Code != 0 {
				t.Error(r)
			}
			w.wantOneKey()
		})
	}
}
