package keystore

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/99designs/keyring"

	"github.com/awsbroker/awsbroker/internal/desktop"
)

func TestAWSVaultPass(t *testing.T) {
	for _, prefix := range []string{"", "aws-vault"} {
		t.Run("prefix "+prefix, func(t *testing.T) {
			home, dir := gpgHome(t), filepath.Join(t.TempDir(), "store")
			// keyring runs pass in this process's environment.
			t.Setenv("GNUPGHOME", home)
			t.Setenv("PASSWORD_STORE_DIR", dir)
			init := exec.Command("pass", "init", "open@example.com")
			if out, err := init.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			vaultItemsOf(t, func(c *keyring.Config) {
				c.AllowedBackends, c.PassPrefix = []keyring.BackendType{keyring.PassBackend}, prefix
			})
			options := Options{RecordPath: recordIn(t), Environ: os.Environ()}
			// Where the variable names another store than pass's own.
			place := AWSVaultPlace{Kind: Pass, PassPrefix: prefix}
			if prefix != "" {
				options.Environ = helper{options.Environ}.with("PASSWORD_STORE_DIR", "/nonexistent/store").environ
				place.PassDir = dir
			}
			conformVault(t, func() *AWSVault {
				v, err := OpenAWSVault(place, options)
				if err != nil {
					t.Fatal(err)
				}
				return v
			})
			// What else the person keeps in pass is not an item of aws-vault's.
			insert := exec.Command("pass", "insert", "-m", filepath.Join(prefix, "mail"))
			insert.Stdin = strings.NewReader("my mail password")
			if out, err := insert.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			v, err := OpenAWSVault(place, options)
			if err != nil {
				t.Fatal(err)
			}
			_, err = v.Get(testContext(t), "mail")
			wantError(t, err, ErrCorrupt)
			if strings.Contains(err.Error(), "password") {
				t.Errorf("the error shows it: %v", err)
			}
		})
	}
}

// TestAWSVaultSecretService runs itself again where there is a bus.
func TestAWSVaultSecretService(t *testing.T) {
	if !desktop.OnBus() {
		desktop.Run(t, "^TestAWSVaultSecretService$")
		return
	}
	desktop.StartGNOME(t)
	open := func() *AWSVault {
		v, err := OpenAWSVault(AWSVaultPlace{Kind: SecretService}, Options{DialogTimeout: time.Second})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	// Looking makes no collection.
	_, err := open().Get(testContext(t), "home")
	wantError(t, err, ErrNotFound)
	_, err = open().Names(testContext(t))
	wantError(t, err, ErrNotFound)
	if paths := fmt.Sprint(desktop.Collections(t)); strings.Contains(paths, "awsvault") {
		t.Fatalf("the collection was made: %s", paths)
	}
	made := desktop.MakeCollection(t, "awsvault", desktop.Password)
	vaultItemsOf(t, func(c *keyring.Config) {
		c.AllowedBackends = []keyring.BackendType{keyring.SecretServiceBackend}
	})
	conformVault(t, open)
	desktop.Lock(t, made)
	_, err = open().Get(testContext(t), "work/eu")
	wantError(t, err, ErrLocked)
}
