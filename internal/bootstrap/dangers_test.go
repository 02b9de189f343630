//go:build !windows

package bootstrap

import (
	"encoding/json"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/keystore"
)

// What is taken as it is, and is not harmless, is named in the plan; a name
// that is ours makes nothing ours.
func TestBootstrapTellsWhatStays(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	const some = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`
	user := f.account.AddUser("phoebe")
	other, off := user.AddAccessKey(), user.AddAccessKey()
	off.Deactivate()
	own, err := f.account.AddManagedPolicy("self-service", some)
	if err == nil {
		err = user.AttachPolicy(own)
	}
	if err == nil {
		err = user.PutPolicy("assume-admin-role", some)
	}
	role, roleErr := f.account.AddRole("admin-mfa", fakeaws.TrustWithMFA(f.account))
	if err == nil && roleErr == nil {
		err = role.PutPolicy("not-here", `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"eu-central-1"}}}}`)
	}
	if err != nil || roleErr != nil {
		t.Fatal(err, roleErr)
	}
	f.run.Options.DryRun, f.run.Options.KeyName = true, "new"
	off.Delete() // there has to be room for the new one
	out := f.succeed()
	for _, says := range []string{
		"phoebe has another access key, " + other.ID,
		"self-service of user phoebe is kept",
		"inline policy assume-admin-role of user phoebe is kept",
		"inline policy not-here of role admin-mfa denies something",
	} {
		if !slices.ContainsFunc(out.Out.Warnings, func(w string) bool { return strings.Contains(w, says) }) {
			t.Errorf("does not say %q: %q", says, out.Out.Warnings)
		}
	}
	if n := strings.Count(strings.Join(out.Out.Warnings, "\n"), "access key, "+other.ID); n != 1 {
		t.Errorf("%d warnings of one key: %q", n, out.Out.Warnings)
	}
	if text := strings.Join(out.Out.Warnings, "\n"); strings.Contains(text, off.ID) {
		t.Errorf("warns of what is harmless: %s", text)
	}
}

// A session from before proves nothing of a device, or anything else, that was
// made since: rights are taken away only after a new one.
func TestBootstrapProvesWhatIsNew(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	f.run.Options.KeepRootKey = true
	f.succeed()
	device := f.account.Device("arn:aws:iam::111122223333:mfa/phoebe")
	device.Disable()
	if err := f.account.User("phoebe").AttachPolicy("arn:aws:iam::aws:policy/AdministratorAccess"); err != nil {
		t.Fatal(err)
	}
	f.succeed()
	f.wantFinished()
	if n := len(f.server.Calls("GetSessionToken")); n != 2 {
		t.Errorf("%d sessions were bought with a code", n)
	}
}

// A key that bootstrap made is gone by now, and the person made another one
// elsewhere: that one is nobody's to delete.
func TestBootstrapLeavesKeysMadeElsewhere(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	f.run.Options.KeepRootKey = true
	f.succeed()
	user := f.account.User("phoebe")
	for _, k := range user.AccessKeys() {
		f.server.Key(k.ID).Delete()
	}
	f.drop("phoebe")
	elsewhere := user.AddAccessKey()
	elsewhere.SetCreated(time.Now().Add(time.Minute)) // after all that is written down
	f.succeed()
	if keys := f.account.State().Users["phoebe"].Keys; len(keys) != 2 || keys[elsewhere.ID] != "Active" {
		t.Errorf("%v", keys)
	}
}

// Rights that somebody gives while it runs were not in the plan that was agreed
// to: they stay, it says so, and the root key stays with them.
func TestBootstrapTakesWhatItShowed(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	const admin = "arn:aws:iam::aws:policy/AdministratorAccess"
	group := f.account.AddGroup("administrators")
	if err := group.AttachPolicy(admin); err != nil {
		t.Fatal(err)
	}
	f.meanwhile = func() {
		if err := f.account.User("phoebe").AttachPolicy(admin); err != nil {
			t.Error(err)
		}
	}
	out, _ := f.bootstrap()
	state := f.account.State()
	if !out.Failed || !strings.Contains(out.Text, "can still list") || len(state.Root.Keys) != 1 {
		t.Errorf("%+v\n%s", out, f.screen)
	}
	if !slices.Contains(state.Users["phoebe"].Attached, admin) || slices.Contains(state.Groups["administrators"].Attached, admin) {
		t.Errorf("%+v", state)
	}
	f.meanwhile = nil
	f.succeed()
	f.wantFinished()
}

// A key that the keychain has under the new key's name, and the record has lost, is
// not overwritten: nothing is begun.
func TestKeyWithoutRecord(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	f.keep("phoebe", f.root, f.account.Root().ARN())
	record, err := keystore.ReadRecord(f.run.Paths.KeystoreFile())
	if err != nil {
		t.Fatal(err)
	}
	delete(record.Keys, "phoebe")
	data, err := json.Marshal(record)
	if err == nil {
		err = os.WriteFile(f.run.Paths.KeystoreFile(), data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
	out, _ := f.bootstrap()
	if !out.Failed || !strings.Contains(out.Text, `the keychain has another key "phoebe"`) || !strings.Contains(out.Text, "awsbroker add phoebe") {
		t.Errorf("it said %q", out.Text)
	}
	if f.state() != f.before {
		t.Error("the account was changed")
	}
	if err := f.keychain().Has(t.Context(), "phoebe"); err != nil {
		t.Errorf("the key is not there any more: %v", err)
	}
}
