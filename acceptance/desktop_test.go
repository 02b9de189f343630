//go:build linux

package acceptance

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// A desktop's keyring through the whole program: unlocked, locked, and killed
// between two calls. The keyring is a real one on a bus of its own.
func TestDesktopKeyring(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"dbus-run-session", "gnome-keyring-daemon", "gdbus"} {
		if _, err := exec.LookPath(program); err != nil {
			skip(t, "there is no "+program)
		}
	}
	w := bare(t, -1).Without("AWSBROKER_KEYSTORE", "AWSBROKER_FILE_PASSPHRASE")
	w.Mkdir(w.Path("run"), 0o700)
	w = w.With("XDG_RUNTIME_DIR="+w.Path("run"), "ID="+w.AWS.Key.ID, "SECRET="+w.AWS.Key.Secret, "ROLE="+w.AWS.Role.ARN(), "MFA="+w.AWS.Device.Serial)
	first := w.Code()
	unused := w.AWS.Device.NextCode() // for calls that end before a code is sent
	script := fmt.Sprintf(`
try() { echo "== $1"; shift; "$@" 2>&1; echo "exit $?"; }
printf keyring-password | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
AWS_ACCESS_KEY_ID=$ID AWS_SECRET_ACCESS_KEY=$SECRET try add awsbroker add phoebe --from-env
try setup awsbroker setup admin --key phoebe --role-arn $ROLE --mfa-serial $MFA --yes --mfa-code %s
try cached awsbroker credential-process --profile admin
rm $HOME/.local/state/awsbroker/keystore.json
try lost awsbroker keystore
AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY try other awsbroker add phoebe --from-env
try back awsbroker add phoebe --yes
awsbroker logout --all
gdbus call --session --dest org.freedesktop.secrets --object-path /org/freedesktop/secrets \
  --method org.freedesktop.Secret.Service.Lock "['/org/freedesktop/secrets/collection/login']" >/dev/null
try locked awsbroker --mfa-code %s credential-process --profile admin
try doctor awsbroker doctor
try explain awsbroker explain
pid=$(gdbus call --session --dest org.freedesktop.DBus --object-path / \
  --method org.freedesktop.DBus.GetConnectionUnixProcessID org.freedesktop.secrets | tr -dc '0-9 ' | sed 's/^32//')
kill -9 $pid
rm -rf $HOME/.local/share/keyrings
try killed awsbroker --mfa-code %s credential-process --profile admin
try list awsbroker list
`, first, unused, unused)
	r := w.Finish(w.Command("dbus-run-session", "--", "sh", "-c", script))
	parts := map[string]string{}
	for _, part := range strings.Split(r.Stdout, "== ")[1:] {
		name, text, _ := strings.Cut(part, "\n")
		parts[name] = text
	}
	for name, want := range map[string][]string{
		"add":     {"desktop's keyring", "exit 0"},
		"setup":   {"profile admin is set up", "exit 0"},
		"cached":  {`"Version":1`, "exit 0"},
		"lost":    {"missing from awsbroker's record; to add them again:\n    awsbroker add phoebe\n", "exit 0"},
		"other":   {"the keychain has another key", "exit 1"},
		"back":    {"was stored in the desktop's keyring", "exit 0"},
		"locked":  {"the keychain is locked", "exit 7"},
		"doctor":  {"warning: keychain-locked", "the keychain is locked"},
		"explain": {"next call  fails: ", "the keychain is locked"},
		"killed":  {"not available here", "exit 7"},
		"list":    {"phoebe", "exit 0"},
	} {
		for _, text := range want {
			if !strings.Contains(parts[name], text) {
				t.Errorf("%s: no %q in %q", name, text, parts[name])
			}
		}
	}
	if strings.Contains(r.Stdout+r.Stderr, canaryKey) {
		t.Error("the secret is on the screen")
	}
	for _, f := range files(t, w.Home) {
		if data, err := os.ReadFile(f); err == nil && strings.Contains(string(data), canaryKey) {
			t.Errorf("the secret is in %s", f)
		}
	}
	w.wantAssumed(1)
}

// A keyring that the bus starts at the first call to it and that takes its time is
// waited for; one that never comes is passed over at the first key, which is said.
func TestDesktopKeyringStarts(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"dbus-run-session", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(program); err != nil {
			skip(t, "there is no "+program)
		}
	}
	for name, tt := range map[string]struct{ start, tries, want string }{
		"slow": {
			"echo keyring-password >password; exec gnome-keyring-daemon --unlock --components=secrets --foreground <password",
			"awsbroker add phoebe --from-env && kill -9 $(cat keyring.pid) && awsbroker doctor; echo exit $?",
			"note: no-profile",
		},
		"never": {"sleep 60", "awsbroker add phoebe --from-env; echo exit $?", "skipped the desktop's keyring (Secret Service): "},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := bare(t, -1).Without("AWSBROKER_KEYSTORE")
			w.Mkdir(w.Path("run"), 0o700)
			w = w.With("XDG_RUNTIME_DIR="+w.Path("run"), "XDG_DATA_DIRS="+w.Path("data"), "AWS_ACCESS_KEY_ID="+w.AWS.Key.ID, "AWS_SECRET_ACCESS_KEY="+w.AWS.Key.Secret)
			start := w.Path("start")
			w.Write(start, fmt.Sprintf("echo $$ >%s\nsleep 5\n%s\n", w.Path("home/keyring.pid"), tt.start))
			w.Mkdir(w.Path("data/dbus-1/services"), 0o700)
			w.Write(w.Path("data/dbus-1/services/org.freedesktop.secrets.service"),
				"[D-BUS Service]\nName=org.freedesktop.secrets\nExec=/bin/sh "+start+"\n")
			r := w.Finish(w.Command("dbus-run-session", "--", "sh", "-c", "cd; "+tt.tries))
			said := r.Stdout + r.Stderr
			if !strings.Contains(said, tt.want) || !strings.Contains(said, "exit 0") || strings.Contains(said, "keychain-gone") {
				t.Errorf("it said %s", said)
			}
		})
	}
}
