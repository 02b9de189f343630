package keystore

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/99designs/keyring"
	"github.com/aws/aws-sdk-go-v2/aws"
)

const vaultSecret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

// vaultSet stores a key as aws-vault 7 does: with its configuration of keyring
// (cli/global.go) and its item (vault/credentialkeyring.go).
func vaultSet(t *testing.T, change func(*keyring.Config), name string, c aws.Credentials) {
	t.Helper()
	config := keyring.Config{
		ServiceName:              "aws-vault",
		LibSecretCollectionName:  "awsvault",
		KWalletAppID:             "aws-vault",
		KWalletFolder:            "aws-vault",
		KeychainTrustApplication: true,
		WinCredPrefix:            "aws-vault",
		KeychainName:             "aws-vault",
	}
	change(&config)
	ring, err := keyring.Open(config)
	if err != nil {
		t.Fatal(err)
	}
	data, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	item := keyring.Item{Key: name, Label: "aws-vault (" + name + ")", Data: data, KeychainNotTrustApplication: true}
	if err := ring.Set(item); err != nil {
		t.Fatal(err)
	}
}

// theirs is a key as aws-vault stores it, which is called by its profile.
func theirs(name string) aws.Credentials {
	return aws.Credentials{AccessKeyID: "AKIA" + strings.ToUpper(name), SecretAccessKey: vaultSecret}
}

// vaultSessionName is how aws-vault 7 calls a session of the profile home.
const vaultSessionName = "sts.GetSessionToken,aG9tZQ,YXJuOmF3czppYW06Om1mYS9w,1735689600"

// conformVault is what AWSVault has to do in every keychain. The keychain has
// the keys home and work, and a session.
func conformVault(t *testing.T, open func() *AWSVault) {
	t.Helper()
	ctx := testContext(t)
	v := open()
	names, err := v.Names(ctx)
	slices.Sort(names)
	if err != nil || !slices.Equal(names, []string{"home", "work/eu"}) {
		t.Fatalf("Names: %q %v", names, err)
	}
	for _, name := range names {
		got, err := v.Get(ctx, name)
		if want := theirs(name); err != nil || got.AccessKeyID != want.AccessKeyID || got.SecretAccessKey.Reveal() != want.SecretAccessKey || got.Temporary() {
			t.Errorf("Get(%q): %s %v", name, got.AccessKeyID, err)
		}
	}
	if got, err := v.Get(ctx, vaultSessionName); err != nil || !got.Temporary() {
		t.Errorf("a session: %v %v", got.Temporary(), err)
	}
	for _, name := range []string{"nobody", "../home", ""} {
		_, err := v.Get(ctx, name)
		if err == nil {
			t.Errorf("Get(%q) gave something", name)
		}
	}
	_, err = v.Get(ctx, "nobody")
	wantError(t, err, ErrNotFound)
	for range 2 { // the second time it is not there any more
		if err := v.Remove(ctx, "home"); err != nil {
			t.Error(err)
		}
	}
	v = open()
	_, err = v.Get(ctx, "home")
	wantError(t, err, ErrNotFound)
	if names, err := v.Names(ctx); err != nil || !slices.Equal(names, []string{"work/eu"}) {
		t.Errorf("Names after Remove: %q %v", names, err)
	}
}

func vaultItemsOf(t *testing.T, change func(*keyring.Config)) {
	t.Helper()
	vaultSet(t, change, "home", theirs("home"))
	vaultSet(t, change, "work/eu", theirs("work/eu"))
	vaultSet(t, change, vaultSessionName, aws.Credentials{AccessKeyID: "ASIAIOSFODNN7EXAMPLE", SecretAccessKey: vaultSecret, SessionToken: "token", CanExpire: true})
}

func vaultFile(dir, passphrase string) func(*keyring.Config) {
	return func(c *keyring.Config) {
		c.AllowedBackends = []keyring.BackendType{keyring.FileBackend}
		c.FileDir, c.FilePasswordFunc = dir, keyring.FixedStringPrompt(passphrase)
	}
}

func TestAWSVaultFile(t *testing.T) {
	for _, passphrase := range []string{"short", ""} { // which aws-vault allows
		t.Run("passphrase "+passphrase, func(t *testing.T) {
			home := t.TempDir()
			t.Setenv("HOME", home)
			t.Setenv("USERPROFILE", home)
			vaultItemsOf(t, vaultFile("~/.awsvault/keys/", passphrase))
			conformVault(t, func() *AWSVault {
				v, err := OpenAWSVault(AWSVaultPlace{Kind: File}, Options{Passphrase: answer(passphrase)})
				if err != nil {
					t.Fatal(err)
				}
				if want := filepath.Join(home, ".awsvault", "keys"); v.Where() != want {
					t.Errorf("it is in %q, not %q", v.Where(), want)
				}
				return v
			})
		})
	}
}

func TestAWSVaultFileErrors(t *testing.T) {
	ctx := testContext(t)
	dir := filepath.Join(t.TempDir(), "keys")
	open := func(passphrase string) *AWSVault {
		v, err := OpenAWSVault(AWSVaultPlace{Kind: File, FileDir: dir}, Options{Passphrase: answer(passphrase)})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	// Looking makes no directory.
	_, err := open("right").Names(ctx)
	wantError(t, err, ErrNotFound)
	if _, err := os.Stat(dir); err == nil {
		t.Error("the directory was made")
	}
	change := vaultFile(dir, "right")
	vaultSet(t, change, "home", theirs("home"))
	vaultSet(t, vaultFile(dir, "another"), "other", theirs("other"))
	vaultSet(t, change, "empty", aws.Credentials{})
	write := func(name, text string) {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write("plain", `{"AccessKeyID":"AKIA","SecretAccessKey":"`+vaultSecret+`"}`)
	sealed, err := os.ReadFile(filepath.Join(dir, "home"))
	if err != nil {
		t.Fatal(err)
	}
	write("moved", string(sealed))
	for name, want := range map[string]error{"other": ErrPassphrase, "empty": ErrCorrupt, "plain": ErrCorrupt, "moved": ErrCorrupt} {
		_, err := open("right").Get(ctx, name)
		wantError(t, err, want)
		if strings.Contains(err.Error(), vaultSecret) {
			t.Errorf("the error holds the secret: %v", err)
		}
	}
	// A person may try again.
	a := &asked{passphrase: "wrong"}
	v, err := OpenAWSVault(AWSVaultPlace{Kind: File, FileDir: dir}, Options{Passphrase: a.ask})
	if err != nil {
		t.Fatal(err)
	}
	_, err = v.Get(ctx, "home")
	wantError(t, err, ErrPassphrase)
	a.passphrase = "right"
	if _, err := v.Get(ctx, "home"); err != nil || len(a.requests) != 2 || a.requests[0].Dir != dir {
		t.Errorf("%v %+v", err, a.requests)
	}
	// Nobody to ask.
	v, err = OpenAWSVault(AWSVaultPlace{Kind: File, FileDir: dir}, Options{})
	if err != nil {
		t.Fatal(err)
	}
	_, err = v.Get(ctx, "home")
	wantError(t, err, ErrLocked)
	_, err = OpenAWSVault(AWSVaultPlace{Kind: "kwallet"}, Options{})
	if err == nil {
		t.Error("kwallet was opened")
	}
}

// The keychains of macOS and Windows, as far as they can be tried here.
func TestAWSVaultRing(t *testing.T) {
	m := &listed{memory: memory{items: map[string][]byte{}}}
	for _, name := range []string{"home", "work/eu"} {
		data, _ := json.Marshal(theirs(name))
		m.items[name] = data
	}
	session, _ := json.Marshal(aws.Credentials{AccessKeyID: "ASIAIOSFODNN7EXAMPLE", SecretAccessKey: vaultSecret, SessionToken: "t"})
	m.items[vaultSessionName] = session
	conformVault(t, func() *AWSVault {
		r := &vaultRing{ringStore{m, "a keychain", DefaultCallTimeout, func(err error) error { return err }}}
		return &AWSVault{Keychain, r}
	})
}

// listed is a memory that tells what it holds.
type listed struct{ memory }

func (l *listed) Keys() ([]string, error) {
	var names []string
	for name := range l.items {
		names = append(names, name)
	}
	return names, nil
}

func TestVaultSessionNames(t *testing.T) {
	for name, want := range map[string]bool{
		"home": false, "my profile": false, "work:eu": false, "a,b": false, "prod.eu/admin@corp": false,
		vaultSessionName: true, "session,aG9tZQ,,1735689600": true, "session:aG9tZQ::1735689600": true,
		"home session (1735689600)": true, "oidc:https://corp.awsapps.com/start": true, "": true, ".DS_Store": true,
	} {
		if notVaultKey(name) != want {
			t.Errorf("%q", name)
		}
	}
}
