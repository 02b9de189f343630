//go:build linux

package acceptance

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// warm makes a world whose next call of the profile admin is answered before
// main runs.
func warm(t *testing.T, w *world) answer {
	t.Helper()
	machine.Rest()
	w.Login("admin")
	return wantAnswer(t, w.Run("credential-process", "--profile", "admin"))
}

// TestHitConnectsToNothing: a cached answer needs no bus, no AWS and no
// keychain, and gives the same answer without them.
func TestHitConnectsToNothing(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	connections := silentBus(t, w.Path("bus"))
	w = w.Without("AWSBROKER_KEYSTORE").With("DBUS_SESSION_BUS_ADDRESS=unix:path=" + w.Path("bus"))
	first := warm(t, w)
	if err := os.Rename(w.Path("home/.local/share/awsbroker/keystore"), w.Path("keystore-gone")); err != nil {
		t.Fatal(err)
	}
	w.AWS.Server.Close()
	if second := wantAnswer(t, w.Without("AWSBROKER_FILE_PASSPHRASE").Run("credential-process", "--profile", "admin")); second != first {
		t.Error("the second answer is another one")
	}
	if n := connections(); n != 0 {
		t.Errorf("%d connections to the bus", n)
	}
	w.wantAssumed(1)
}

// TestHitTraced: the kernel's word for it. No socket, no child, and, with 5,000
// profiles, no look into the config file.
func TestHitTraced(t *testing.T) {
	t.Parallel()
	if _, err := exec.LookPath("strace"); err != nil {
		skip(t, "there is no strace")
	}
	w := newWorld(t)
	var many strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&many, "[profile p%d]\nregion = eu-central-1\nawsbroker_key = phoebe\nawsbroker_role_arn = arn:aws:iam::123456789012:role/r%d\n\n", i, i)
	}
	w.Write(w.Path("home/.aws/config"), w.Read(w.Path("home/.aws/config"))+many.String())
	connections := silentBus(t, w.Path("bus"))
	w = w.Without("AWSBROKER_KEYSTORE").With("DBUS_SESSION_BUS_ADDRESS=unix:path=" + w.Path("bus"))
	first := warm(t, w)
	trace := w.Path("trace")
	cmd := w.Command("strace", "-f", "-o", trace, w.Bin, "credential-process", "--profile", "admin")
	if traced := wantAnswer(t, w.Finish(cmd)); traced != first {
		t.Error("the traced answer is another one")
	}
	calls := w.Read(trace)
	if !strings.Contains(calls, "keyctl") || !strings.Contains(calls, ".sealed") {
		t.Fatalf("this is no trace of a hit:\n%s", calls)
	}
	for what, never := range map[string]*regexp.Regexp{
		"a socket":        regexp.MustCompile(`(?m)^\d+ +(socket|socketpair|connect|sendto|sendmsg)\(`),
		"the config file": regexp.MustCompile(`open(at)?\(.*(\.aws/|keystore|generation)`),
		"a wait":          regexp.MustCompile(`(?m)^\d+ +(flock|poll|select)\(`),
	} {
		if call := never.FindString(calls); call != "" {
			t.Errorf("%s: %s", what, call)
		}
	}
	if n := len(regexp.MustCompile(`(?m)^\d+ +execve\(`).FindAllString(calls, -1)); n != 1 {
		t.Errorf("%d programs were executed", n)
	}
	for _, line := range strings.Split(calls, "\n") {
		child := regexp.MustCompile(`^\d+ +(v?fork|clone3?)\(`).MatchString(line)
		if child && !strings.Contains(line, "CLONE_THREAD") { // the Go runtime has threads
			t.Errorf("a child process: %s", line)
		}
	}
	if n := connections(); n != 0 {
		t.Errorf("%d connections to the bus", n)
	}
}
