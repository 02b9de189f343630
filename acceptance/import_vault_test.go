//go:build linux

package acceptance

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/99designs/keyring"
	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/machine"
)

// vaultPassphrase is shorter than awsbroker's own would have to be.
const vaultPassphrase = "canary-pw"

// vaultSet puts a key where aws-vault 7 with --backend=file would, as it would.
func (w *world) vaultSet(name string, c aws.Credentials) {
	w.t.Helper()
	ring, err := keyring.Open(keyring.Config{
		AllowedBackends:          []keyring.BackendType{keyring.FileBackend},
		ServiceName:              "aws-vault",
		LibSecretCollectionName:  "awsvault",
		KeychainTrustApplication: true,
		FileDir:                  w.Path("home/.awsvault/keys/"),
		FilePasswordFunc:         keyring.FixedStringPrompt(vaultPassphrase),
	})
	if err != nil {
		w.t.Fatal(err)
	}
	data, err := json.Marshal(c)
	if err != nil {
		w.t.Fatal(err)
	}
	if err := ring.Set(keyring.Item{Key: name, Label: "aws-vault (" + name + ")", Data: data, KeychainNotTrustApplication: true}); err != nil {
		w.t.Fatal(err)
	}
}

// stored is what the keychain has under a name.
func (w *world) stored(name string) credential.Credentials {
	w.t.Helper()
	store, err := keystore.Open(w.t.Context(), keystore.Options{
		RecordPath: w.Path("home/.local/state/awsbroker/keystore.json"), FileDir: w.Path("home/.local/share/awsbroker/keystore"),
		Passphrase: func(context.Context, keystore.PassphraseRequest) (credential.Secret, error) {
			return credential.NewSecret(machine.Passphrase), nil
		},
	})
	if err != nil {
		w.t.Fatal(err)
	}
	got, err := store.Get(w.t.Context(), name)
	if err != nil {
		w.t.Fatalf("%q is not in the keychain: %v", name, err)
	}
	return got
}

func (w *world) wantStored(name, id, secret string) {
	w.t.Helper()
	if got := w.stored(name); got.AccessKeyID != id || got.SecretAccessKey.Reveal() != secret {
		w.t.Errorf("%q holds %s or another secret", name, got.AccessKeyID)
	}
}

// wantSaid holds what is said to what should be and to what must not be.
func wantSaid(t *testing.T, what string, r machine.Result, code int, parts ...string) {
	t.Helper()
	if r.Code != code || r.Stdout != "" {
		t.Errorf("%s: want exit code %d: %v", what, code, r)
	}
	for _, part := range parts {
		if !strings.Contains(r.Stderr, part) {
			t.Errorf("%s: no %q in %q", what, part, r.Stderr)
		}
	}
	for _, secret := range []string{canaryKey, machine.Passphrase, vaultPassphrase} {
		if strings.Contains(r.Stderr, secret) {
			t.Errorf("%s: a secret is on the screen", what)
		}
	}
}

// wantNowhere: no file of the person holds the secret.
func (w *world) wantNowhere(secret string) {
	w.t.Helper()
	for _, f := range files(w.t, w.Dir) {
		if data, err := os.ReadFile(f); err == nil && strings.Contains(string(data), secret) {
			w.t.Errorf("the secret is in %s", f)
		}
	}
}

// Keys as aws-vault keeps them in its encrypted files.
func TestImportFromAWSVault(t *testing.T) {
	t.Parallel()
	w, tm := bare(t, -1), machine.NewTerminal(t)
	robin := w.AWS.Account.AddUser("robin").AddAccessKey()
	w.vaultSet("phoebe", aws.Credentials{AccessKeyID: canaryID, SecretAccessKey: canaryKey})
	w.vaultSet("work/robin", aws.Credentials{AccessKeyID: robin.ID, SecretAccessKey: robin.Secret})
	w.vaultSet("gone", aws.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: canaryKey})
	w.vaultSet("sts.GetSessionToken,cGhvZWJl,,1735689600", aws.Credentials{AccessKeyID: "ASIAIOSFODNN7EXAMPLE", SecretAccessKey: canaryKey, SessionToken: "t", CanExpire: true})
	w.Write(w.Path("home/.aws/config"), "[profile phoebe]\nregion = eu-central-1\n"+
		"[profile admin]\nsource_profile = phoebe\nrole_arn = "+w.AWS.Role.ARN()+"\nmfa_serial = "+w.AWS.Device.Serial+"\n"+
		"[profile work/robin]\ncredential_process = aws-vault exec --json work/robin\n")
	before := w.vaultFiles()

	wantSaid(t, "nobody to ask", w.Run("add", "--from-aws-vault", "phoebe"), 4, "no terminal to ask", "AWS_VAULT_FILE_PASSPHRASE")
	wantSaid(t, "no such key", w.Run("add", "--from-aws-vault", "nobody"), 3, `aws-vault has no key "nobody" in `+w.Path("home/.awsvault/keys"), "it has: ", "phoebe", "AWS_VAULT_BACKEND=file")
	wrong := w.With("AWS_VAULT_FILE_PASSPHRASE=wrong")
	wantSaid(t, "wrong passphrase", wrong.Run("add", "--from-aws-vault", "phoebe"), 7, "wrong passphrase", "AWS_VAULT_FILE_PASSPHRASE")
	wantSaid(t, "kwallet", w.With("AWS_VAULT_BACKEND=kwallet").Run("add", "--from-aws-vault", "phoebe"), 1, "kwallet", "aws-vault exec --no-session NAME -- awsbroker add NAME --from-env")

	// A person types aws-vault's passphrase, and mistypes it once.
	typed := w.At(tm, "typed", "add", "--from-aws-vault", "phoebe")
	tm.Expect("passphrase of aws-vault's keys in " + w.Path("home/.awsvault/keys") + ": ")
	tm.Send("not it\n")
	tm.Expect("wrong passphrase")
	tm.Expect("passphrase of aws-vault's keys in ")
	tm.Send(vaultPassphrase + "\n")
	wantSaid(t, "typed", typed.Outcome(), 0, `key "phoebe" (`+canaryID+" of ", "aws-vault still has its own copies",
		"AWS tools cannot use these profiles yet: profile admin", "awsbroker setup admin --key phoebe")
	w.wantStored("phoebe", canaryID, canaryKey)
	if w.vaultFiles() != before {
		t.Error("aws-vault's files changed without --move")
	}

	w = w.With("AWS_VAULT_FILE_PASSPHRASE="+vaultPassphrase, "AWS_VAULT_BACKEND=file", "AWS_VAULT_FILE_DIR=~/.awsvault/keys")
	wantSaid(t, "all", w.Run("add", "--from-aws-vault", "--all"), 5, `"phoebe"`, "already", `key "work/robin" (`+robin.ID,
		"warning: skipped aws-vault's key gone: AWS does not know the access key", "1 key was not added", "awsbroker setup work/robin --key work/robin")
	w.wantStored("work/robin", robin.ID, robin.Secret)
	wantSaid(t, "unasked move", w.Run("add", "--from-aws-vault", "phoebe", "--move"), 4, "--yes")
	if w.vaultFiles() != before {
		t.Error("aws-vault's files changed without a yes")
	}
	wantSaid(t, "move", w.Run("add", "--from-aws-vault", "--all", "--move", "--yes"), 5, "removed from aws-vault")
	if left := w.vaultFiles(); left != "gone\nsts.GetSessionToken,cGhvZWJl,,1735689600\n" {
		t.Errorf("aws-vault has %q", left)
	}
	wantSaid(t, "moved", w.Run("add", "--from-aws-vault", "phoebe", "--move", "--yes"), 3, "aws-vault has no key")
	w.wantNowhere(canaryKey)
	w.wantNowhere(vaultPassphrase)
}

// vaultFiles lists aws-vault's items.
func (w *world) vaultFiles() string {
	w.t.Helper()
	entries, err := os.ReadDir(w.Path("home/.awsvault/keys"))
	if err != nil {
		w.t.Fatal(err)
	}
	var all strings.Builder
	for _, e := range entries {
		all.WriteString(e.Name() + "\n")
	}
	return all.String()
}

// aws-vault's keys may be on the bus where ours are not: the guard has to let
// that command have it.
func TestImportFromAWSVaultOnTheBus(t *testing.T) {
	t.Parallel()
	for _, program := range []string{"dbus-run-session", "gnome-keyring-daemon"} {
		if _, err := exec.LookPath(program); err != nil {
			skip(t, "there is no "+program)
		}
	}
	w := bare(t, -1)
	w.Mkdir(w.Path("run"), 0o700)
	w = w.With("XDG_RUNTIME_DIR="+w.Path("run"), "AWS_VAULT_BACKEND=secret-service")
	r := w.Finish(w.Command("dbus-run-session", "--", "sh", "-c",
		"printf keyring-password | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; awsbroker add --from-aws-vault phoebe"))
	wantSaid(t, "on the bus", r, 3, `aws-vault has no key "phoebe" in the keyring awsvault of the Secret Service`)
	if _, err := os.Stat(filepath.Join(w.Home, ".local/share/keyrings/awsvault.keyring")); err == nil {
		t.Error("a keyring was made by looking")
	}
}
