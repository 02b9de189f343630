//go:build linux

package acceptance

import (
	"os"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// TestLogoutForgetsEverywhere: a session is gone after logout, wherever it
// rests and in whatever region it was asked for.
func TestLogoutForgetsEverywhere(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Mkdir(w.Path("run"), 0o700)
	w.Mkdir(w.Path("run/awsbroker"), 0o700)
	elsewhere := w.With("XDG_RUNTIME_DIR=" + w.Path("run"))
	for _, logout := range [][]string{{"logout", "--all"}, {"logout", "--profile", "admin"}, {"--region", "us-west-2", "logout", "--profile", "admin"}} {
		w.Login("admin")
		if r := elsewhere.Run(logout...); r.Code != 0 {
			t.Fatal(r)
		}
		wantFailure(t, w.Run("credential-process", "--profile", "admin"), 4, "no terminal")
	}
}

// keyScript calls add_key(2) until the kernel takes no more keys of this user,
// or keyctl(2) to clear the user's keyring.
const keyScript = `
import ctypes, platform, sys
libc = ctypes.CDLL(None, use_errno=True)
add_key, keyctl = {"x86_64": (248, 250), "aarch64": (217, 219)}[platform.machine()]
if sys.argv[1] == "fill":
    n = 0
    while libc.syscall(add_key, b"user", b"filler-%d" % n, b"x", 1, -4) > 0: n += 1
else:
    libc.syscall(keyctl, 7, -4)
`

// TestFullKernelQuota: a plain user whose kernel keyring takes no more keys
// has sessions all the same, sealed with a key in the keychain.
func TestFullKernelQuota(t *testing.T) {
	t.Parallel()
	if _, err := os.Stat("/usr/bin/python3"); err != nil {
		skip(t, "there is no python3 to fill the keyring with")
	}
	w := newWorldOf(t, user(t))
	t.Cleanup(func() { w.Finish(w.Command("/usr/bin/python3", "-c", keyScript, "clear")) })
	if r := w.Finish(w.Command("/usr/bin/python3", "-c", keyScript, "fill")); r.Code != 0 {
		t.Fatal(r)
	}
	w.Login("admin")
	wantAnswer(t, w.Run("credential-process", "--profile", "admin"))
	w.wantAssumed(1)
}

// TestSessionEndsDuringTheQuestion: what is given out after a yes is not over.
func TestSessionEndsDuringTheQuestion(t *testing.T) {
	t.Parallel()
	w, tm := newWorld(t), machine.NewTerminal(t)
	w.Write(w.Path("home/.aws/config"), "[profile user]\nregion = eu-central-1\nawsbroker_key = phoebe\nawsbroker_confirm = true\n")
	w.AWS.Server.SetSessionLife(time.Second)
	c := w.At(tm, "run", "credential-process", "--profile", "user")
	tm.Expect("Give it out?")
	time.Sleep(1100 * time.Millisecond)
	w.AWS.Server.SetSessionLife(0)
	tm.Send("y\n")
	given := wantAnswer(t, c.Outcome())
	if ends, err := time.Parse(time.RFC3339, given.Expiration); err != nil || time.Until(ends) < time.Minute {
		t.Errorf("it ends %s", given.Expiration)
	}
	if n := tm.Count("Give it out?"); n != 1 {
		t.Errorf("%d questions", n)
	}
}
