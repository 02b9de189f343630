//go:build !windows

package bootstrap

import (
	"os"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/keystore"
)

// Another account's key has the name by now under which bootstrap stored one, and its user
// is called the same: nobody has its secret elsewhere, so undoing leaves it.
func TestUndoKeepsKeysOfOthers(t *testing.T) {
	t.Parallel()
	for name, typed := range map[string]bool{"created": false, "typed": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFounding(t)
			f.run.Options.KeepRootKey = true
			if typed {
				user := f.account.AddUser("phoebe")
				if err := user.AttachPolicy("arn:aws:iam::aws:policy/AdministratorAccess"); err != nil {
					t.Fatal(err)
				}
				f.typed = user.AddAccessKey()
				f.root.Delete()
				if err := keystore.RemoveFile(f.run.Paths.KeystoreFile()); err != nil {
					t.Fatal(err)
				}
				f.run.Options.Key = ""
			}
			f.succeed()
			other := f.server.AddAccount("999988887777").AddUser("phoebe")
			key := other.AddAccessKey()
			f.drop("phoebe")
			f.keep("phoebe", key, other.ARN())
			f.run.Undo, f.run.Key = true, "root"
			if typed {
				admin := f.account.AddUser("admin")
				if err := admin.AttachPolicy("arn:aws:iam::aws:policy/AdministratorAccess"); err != nil {
					t.Fatal(err)
				}
				f.keep("admin", admin.AddAccessKey(), admin.ARN())
				f.run.Key = "admin"
			}
			if out, _ := f.bootstrap(); out.Failed {
				t.Fatalf("%+v\n%s", out, f.screen)
			}
			if got, err := f.keychain().Get(t.Context(), "phoebe"); err != nil || got.AccessKeyID != key.ID {
				t.Errorf("the other account's key is gone: %v", err)
			}
			if !strings.Contains(strings.Join(strings.Fields(f.screen), " "), "the key phoebe in the keychain is not the one that bootstrap stored: it is kept") {
				t.Errorf("it is not said:\n%s", f.screen)
			}
		})
	}
}

// The profile is for a role of another account by now.
func TestUndoKeepsProfilesOfOthers(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	f.run.Options.KeepRootKey = true
	f.succeed()
	text, err := os.ReadFile(f.run.Paths.Config)
	if err != nil {
		t.Fatal(err)
	}
	other := strings.ReplaceAll(string(text), "::111122223333:", "::999988887777:")
	if err := os.WriteFile(f.run.Paths.Config, []byte(other), 0o600); err != nil || other == string(text) {
		t.Fatal(err)
	}
	f.run.Undo = true
	if out, _ := f.bootstrap(); out.Failed {
		t.Fatalf("%+v\n%s", out, f.screen)
	}
	if now, err := os.ReadFile(f.run.Paths.Config); err != nil || string(now) != other {
		t.Errorf("the profile of the other account is gone (%v):\n%s", err, now)
	}
}

// A user who has got a Git password goes like any other.
func TestUndoDeletesGitPasswords(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	f.run.Options.KeepRootKey = true
	f.succeed()
	f.account.User("phoebe").AddGitPassword(0)
	f.undo("")
}
