//go:build linux

package acceptance

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/machine"
	"github.com/awsbroker/awsbroker/internal/passphrase"
)

// notKept is a config file that has the passphrase asked for in each run.
const notKept = "[default]\nawsbroker_passphrase_for = off\n"

// TestGuessesAreDear: the program that ships seals with as many rounds as OWASP
// wants, and takes no passphrase that guessers try first.
func TestGuessesAreDear(t *testing.T) {
	t.Parallel()
	w := bare(t, -1)
	w.Bin = build(t, "github.com/awsbroker/awsbroker/cmd/awsbroker", "shipped")
	w.SetUp()
	sealed, err := filepath.Glob(w.Path("home/.local/share/awsbroker/keystore/awsbroker*"))
	if err != nil || len(sealed) < 2 {
		t.Fatalf("the files are %v, %v", sealed, err)
	}
	for _, path := range sealed {
		if n, ok := passphrase.RoundsOf([]byte(w.Read(path))); !ok || n < 600_000 {
			t.Errorf("%s is sealed with %d rounds", path, n)
		}
	}
	host, _ := os.Hostname()
	for _, weak := range []string{"", "phoebe", "password1234", "aaaaaaaaaaaa", "phoebephoebe", "123456789012", "Phoebe-123456789012", host + host + "123"} {
		w := bare(t, -1).With("AWSBROKER_FILE_PASSPHRASE="+weak, "AWS_ACCESS_KEY_ID="+canaryID, "AWS_SECRET_ACCESS_KEY="+canaryKey)
		if r := w.Run("add", "phoebe", "--from-env"); r.Code == 0 || weak != "" && !strings.Contains(r.Stderr, "too weak") || weak != "" && strings.Contains(r.Stderr, weak) {
			t.Errorf("%q: %v", weak, r)
		}
	}
}

// TestBootstrapAsksForThePassphraseOnce: to store the new key and to prove it.
func TestBootstrapAsksForThePassphraseOnce(t *testing.T) {
	t.Parallel()
	f := newFounder(t)
	f.world = f.Without("AWSBROKER_FILE_PASSPHRASE")
	f.Write(f.Config(), notKept)
	code, screen := f.bootstrap(never)
	if n := strings.Count(screen, "\nnew passphrase: "); code != 0 || n != 1 {
		t.Errorf("exit %d, a new passphrase was asked for %d times", code, n)
	}
	if n := strings.Count(screen, "passphrase of"); n != 0 {
		t.Errorf("the passphrase was asked for %d times after it was chosen:\n%s", n, screen)
	}
}

// TestSessionInHandNeedsNoPassphrase: where a session does the work.
func TestSessionInHandNeedsNoPassphrase(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	w.Login("admin")
	w.Write(w.Config(), w.Read(w.Config())+notKept)
	w = w.Without("AWSBROKER_FILE_PASSPHRASE").With("AWS_ENDPOINT_URL_IAM=" + w.URL)
	for _, args := range []string{"keys list", "mfa list", "rotate --dry-run"} {
		if r := w.Run(strings.Fields(args)...); r.Code != 0 || !strings.Contains(r.Stdout+r.Stderr, canaryID) && args != "mfa list" {
			t.Errorf("%s: %v", args, r)
		}
	}
	if n := len(w.AWS.Server.Calls("ListAccessKeys")); n != 2 {
		t.Errorf("%d calls of ListAccessKeys", n)
	}
	// Without a session the key is needed, and what changes something needs it, too.
	for _, args := range []string{"keys deactivate " + canaryID + " --force --yes", "rotate --yes"} {
		if r := w.Run(strings.Fields(args)...); r.Code != 4 || !strings.Contains(r.Stderr, "passphrase") {
			t.Errorf("%s: %v", args, r)
		}
	}
	w.With("AWSBROKER_FILE_PASSPHRASE="+machine.Passphrase).Run("logout", "--all")
	for _, args := range []string{"keys list", "mfa list", "rotate --dry-run"} {
		if r := w.Run(strings.Fields(args)...); r.Code != 4 || !strings.Contains(r.Stderr, "passphrase") {
			t.Errorf("%s without a session: %v", args, r)
		}
	}
}
