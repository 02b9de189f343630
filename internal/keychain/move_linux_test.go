package keychain

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/paths"
)

// notes is a Reporter that keeps what it is told, and says yes.
type notes struct {
	lines []string
	no    bool
}

func (n *notes) Step(text string) { n.lines = append(n.lines, text) }

func (n *notes) Waiting(string, time.Duration) func() { return func() {} }
func (n *notes) Warn(text string)                     { n.lines = append(n.lines, "warning: "+text) }
func (n *notes) Debug(string)                         {}

func (n *notes) Confirm(_ context.Context, _ *broker.Asker, text, _ string) error {
	n.lines = append(n.lines, text)
	if n.no {
		return broker.ErrDeclined
	}
	return nil
}

// movingBroker is a machine with two keys in encrypted files, and a pass store
// of its own at the path it returns.
func movingBroker(t *testing.T) (b *broker.Broker, told *notes, store string) {
	t.Helper()
	for _, program := range []string{"pass", "gpg", "gpgconf"} {
		if _, err := exec.LookPath(program); err != nil {
			if os.Getenv("AWSBROKER_MUST_NOT_SKIP") == "1" {
				t.Fatal(err)
			}
			t.Skip(err)
		}
	}
	gnupg, err := os.MkdirTemp("", "ab") // short: gpg-agent has a socket there
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = exec.Command("gpgconf", "--homedir", gnupg, "--kill", "all").Run()
		_ = os.RemoveAll(gnupg)
	})
	store = filepath.Join(t.TempDir(), "store")
	environ := append(os.Environ(), "GNUPGHOME="+gnupg, "PASSWORD_STORE_DIR="+store)
	for _, args := range [][]string{
		{"gpg", "--batch", "--quiet", "--pinentry-mode=loopback", "--passphrase", "", "--quick-gen-key", "me@example.com", "default", "default", "never"},
		{"pass", "init", "me@example.com"},
	} {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Env = environ
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
	}
	home := t.TempDir()
	t.Setenv("AWSBROKER_FILE_PASSPHRASE", "correct horse battery")
	t.Setenv("XDG_RUNTIME_DIR", t.TempDir())
	told = &notes{}
	b = &broker.Broker{
		Paths:   paths.Paths{State: filepath.Join(home, "state"), Data: filepath.Join(home, "data"), Cache: filepath.Join(home, "cache")},
		Environ: environ, Limits: broker.PersonLimits, Report: told,
	}
	o := b.KeystoreOptions(b.NewAsker(nil))
	o.Kind = keystore.File
	s, _, err := keystore.Choose(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"phoebe", "ross"} {
		c := credential.Credentials{AccessKeyID: "AKIA" + strings.ToUpper(name), SecretAccessKey: credential.NewSecret("secret of " + name)}
		if err := s.Set(t.Context(), name, c, keystore.KeyInfo{}); err != nil {
			t.Fatal(err)
		}
	}
	for _, device := range seeded {
		if err := s.SetSeed(t.Context(), device, credential.NewSecret("seed of "+device)); err != nil {
			t.Fatal(err)
		}
	}
	return b, told, store
}

// seeded are MFA devices whose seeds are in the keystore.
var seeded = []string{"arn:aws:iam::123456789012:mfa/phoebe", "arn:aws:iam::123456789012:mfa/" + strings.Repeat("long/", 40) + "ross"}

// wantKeys checks where keys are kept, and that they are all there.
func wantKeys(t *testing.T, b *broker.Broker, kind keystore.Kind) {
	t.Helper()
	s, err := keystore.Open(t.Context(), b.KeystoreOptions(b.NewAsker(nil)))
	if err != nil || s.Kind() != kind {
		t.Fatalf("the keystore is %v: %v", s, err)
	}
	for _, name := range []string{"phoebe", "ross"} {
		if c, err := s.Get(t.Context(), name); err != nil || c.SecretAccessKey.Reveal() != "secret of "+name {
			t.Errorf("key %q: %v", name, err)
		}
	}
	for _, device := range seeded {
		if seed, err := s.Seed(t.Context(), device); err != nil || seed.Reveal() != "seed of "+device {
			t.Errorf("seed of %q: %v", device, err)
		}
	}
}

func filesUnder(dir string) (names []string) {
	_ = filepath.Walk(dir, func(path string, info os.FileInfo, err error) error {
		if err == nil && info.Mode().IsRegular() && !strings.HasPrefix(info.Name(), ".") {
			names = append(names, info.Name())
		}
		return nil
	})
	return names
}

func TestMoveKeystoreThereAndBack(t *testing.T) {
	b, told, store := movingBroker(t)
	told.no = true
	if err := MoveKeys(t.Context(), b, MoveOptions{To: keystore.Pass}); !errors.Is(err, broker.ErrDeclined) {
		t.Errorf("declined: %v", err)
	}
	wantKeys(t, b, keystore.File)
	told.no, told.lines = false, nil
	if err := MoveKeys(t.Context(), b, MoveOptions{To: keystore.Pass}); err != nil {
		t.Fatal(err)
	}
	wantKeys(t, b, keystore.Pass)
	if files := filesUnder(b.Paths.KeystoreDir()); len(files) != 0 {
		t.Errorf("left in the old keystore: %v", files)
	}
	want := []string{
		"This will move 2 keys (phoebe, ross) from an encrypted file (" + b.Paths.KeystoreDir() + ")\nto pass, the password manager (" + store + "/awsbroker).",
		`key "phoebe" was copied to pass, the password manager, read back and compared`,
		`key "ross" was copied to pass, the password manager, read back and compared`,
		"awsbroker now stores keys in pass, the password manager",
		`key "phoebe" was removed from an encrypted file`,
		`key "ross" was removed from an encrypted file`,
	}
	if fmt.Sprint(told.lines) != fmt.Sprint(want) {
		t.Errorf("told:\n%s", strings.Join(told.lines, "\n"))
	}

	view, err := ViewKeystores(t.Context(), b)
	if err != nil || view.Kind != keystore.Pass || view.Where != filepath.Join(store, "awsbroker") || len(view.Keys) != 2 {
		t.Errorf("the view is %+v: %v", view, err)
	}
	b.Keystore = keystore.Pass // as AWSBROKER_KEYSTORE would say
	if err := MoveKeys(t.Context(), b, MoveOptions{To: keystore.File}); err != nil {
		t.Fatal(err)
	}
	if last := strings.Join(told.lines, "\n"); !strings.Contains(last, "warning: --keystore or AWSBROKER_KEYSTORE still names pass") {
		t.Error("nobody was told about the variable")
	}
	b.Keystore = ""
	wantKeys(t, b, keystore.File)
	if files := filesUnder(filepath.Join(store, "awsbroker")); len(files) != 0 {
		t.Errorf("left in pass: %v", files)
	}
	told.lines = nil
	if err := MoveKeys(t.Context(), b, MoveOptions{To: keystore.File}); err != nil || fmt.Sprint(told.lines) != "[awsbroker stores keys in an encrypted file]" {
		t.Errorf("there already: %v, told %v", err, told.lines)
	}
}

// A target that takes nothing: everything stays as it is, and the same command
// finishes it when the target is mended.
func TestMoveKeystoreToUnwritable(t *testing.T) {
	b, _, store := movingBroker(t)
	obstacle := filepath.Join(store, "awsbroker")
	if err := os.WriteFile(obstacle, nil, 0o600); err != nil { // where the folder would be
		t.Fatal(err)
	}
	err := MoveKeys(t.Context(), b, MoveOptions{To: keystore.Pass})
	var f *failure.Error
	if !errors.As(err, &f) || len(f.Hints) == 0 || !strings.Contains(f.Hints[0], "awsbroker keystore move pass") {
		t.Fatalf("the failure is %+v", err)
	}
	wantKeys(t, b, keystore.File)
	if err := os.Remove(obstacle); err != nil {
		t.Fatal(err)
	}
	if err := MoveKeys(t.Context(), b, MoveOptions{To: keystore.Pass}); err != nil {
		t.Fatal(err)
	}
	wantKeys(t, b, keystore.Pass)
}

// Old copies that cannot be removed are on record, and are removed by the next
// call.
func TestMoveKeystoreThatCannotCleanUp(t *testing.T) {
	b, told, _ := movingBroker(t)
	lock := filepath.Join(b.Paths.KeystoreDir(), ".lock")
	_ = os.Remove(lock)
	if err := os.Mkdir(lock, 0o700); err != nil { // nobody can write to the files any more
		t.Fatal(err)
	}
	if err := MoveKeys(t.Context(), b, MoveOptions{To: keystore.Pass}); err == nil {
		t.Fatal("the old copies could not be removed, and it is content")
	}
	wantKeys(t, b, keystore.Pass)
	if view, err := ViewKeystores(t.Context(), b); err != nil || view.Old != keystore.File {
		t.Errorf("the view is %+v: %v", view, err)
	}
	if err := os.Remove(lock); err != nil {
		t.Fatal(err)
	}
	told.lines = nil
	if err := MoveKeys(t.Context(), b, MoveOptions{To: keystore.Pass}); err != nil {
		t.Fatal(err)
	}
	if files := filesUnder(b.Paths.KeystoreDir()); len(files) != 0 || !strings.Contains(told.lines[0], "an earlier move is not finished") {
		t.Errorf("left in the old keystore: %v; told %v", files, told.lines)
	}
	wantKeys(t, b, keystore.Pass)
}

func TestMoveKeystoreWithoutKeys(t *testing.T) {
	dir := t.TempDir()
	b := &broker.Broker{Paths: paths.Paths{State: dir, Data: dir, Cache: dir}, Report: &notes{}}
	err := MoveKeys(t.Context(), b, MoveOptions{To: keystore.File})
	var f *failure.Error
	if !errors.As(err, &f) || f.Reason != failure.NotFound {
		t.Errorf("the failure is %+v", err)
	}
}
