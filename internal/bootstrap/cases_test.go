//go:build !windows

package bootstrap

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/brokertest"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/policy"
)

// The key that is typed is the user's own: it goes into the keychain, and no
// second one is made. Taken back, it is out of the keychain and works in AWS.
func TestBootstrapWithTheUsersOwnKey(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	user := f.account.AddUser("phoebe")
	if err := user.AttachPolicy("arn:aws:iam::aws:policy/AdministratorAccess"); err != nil {
		t.Fatal(err)
	}
	f.typed = user.AddAccessKey()
	f.root.Delete()
	f.before = f.state()
	if err := keystore.RemoveFile(f.run.Paths.KeystoreFile()); err != nil {
		t.Fatal(err)
	}
	f.run.Options.Key = ""
	f.succeed()
	f.wantFinished()
	if u := f.account.State().Users["phoebe"]; len(u.Keys) != 1 || u.Keys[f.typed.ID] != "Active" {
		t.Errorf("%+v", u)
	}
	f.undo("phoebe")
}

// An administrator who is one through the role already sets up a colleague.
func TestBootstrapOfAColleague(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	f.run.Options.KeepRootKey = true
	f.succeed()
	f.wantFinished()
	o := &f.run.Options
	o.Key, o.User, o.Profile, o.KeyName = "phoebe", "quentin", "admin-quentin", "quentin"
	out := f.succeed()
	state := f.account.State()
	if u := state.Users["quentin"]; len(u.Keys) != 1 || len(u.Devices) != 1 || !slices.Equal(u.Groups, []string{"administrators"}) {
		t.Errorf("%+v\n%+v", u, out)
	}
	if len(state.Roles) != 1 || len(state.Policies) != 1 {
		t.Errorf("%+v", state)
	}
	f.undo("root")
}

// Members of the group who have no device get the means to add one.
func TestBootstrapSelfService(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	group, quentin := f.account.AddGroup("administrators"), f.account.AddUser("quentin")
	if err := group.AttachPolicy("arn:aws:iam::aws:policy/AdministratorAccess"); err != nil {
		t.Fatal(err)
	}
	group.AddUser(quentin)
	f.before = f.state()
	f.run.Options.SelfService, f.run.Options.KeepRootKey = true, true
	if out, _ := f.bootstrap(); !out.Failed || !strings.Contains(out.Text, "awsbroker mfa enroll --user quentin") || f.state() != f.before {
		t.Fatalf("quentin is locked out: %+v", out)
	}
	f.run.Options.SelfService, f.run.Options.SelfEnroll = false, true
	f.succeed()
	if g := f.account.State().Groups["administrators"]; len(g.Attached) != 2 || slices.Contains(g.Attached, "arn:aws:iam::aws:policy/AdministratorAccess") {
		t.Errorf("%+v", g)
	}
	if !strings.Contains(f.screen, "quentin, of the same group, has no MFA device") || !strings.Contains(f.screen, "--self-enroll: with a member's access key or password alone") {
		t.Errorf("the plan does not say it:\n%s", f.screen)
	}
	f.undo("")
}

// Other keys of the root user are asked about, and the one that does it all
// is the person's to keep.
func TestBootstrapAndOtherRootKeys(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		yes  bool
		no   string
		left int
		says string
	}{
		"yes to all":          {no: "", left: 0},
		"--yes":               {yes: true, left: 1, says: "another key"},
		"no to the other":     {no: "another access key", left: 1, says: "another key"},
		"no to the last":      {no: "is no longer needed", left: 1, says: "still works"},
		"no to the whole lot": {no: "Carry this out?", left: 2},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFounding(t)
			f.account.Root().AddAccessKey()
			f.run.Options.Yes, f.run.AlwaysYes, f.run.No = c.yes, true, c.no
			out, _ := f.bootstrap()
			if out.Failed != (name == "no to the whole lot") {
				t.Fatalf("%+v", out)
			}
			if n := len(f.account.State().Root.Keys); n != c.left || !strings.Contains(strings.Join(out.Out.Left, "\n"), c.says) {
				t.Errorf("%d keys are left: %q\n%s", n, out.Out.Left, f.screen)
			}
		})
	}
}

// A write to the disk or the keychain fails, or seems to: it stops, and the
// next run finishes.
func TestBootstrapWritesFail(t *testing.T) {
	t.Parallel()
	for _, boundary := range brokertest.TakeSome(foundingBoundaries(t)) {
		if strings.Contains(boundary, "root key") {
			continue
		}
		t.Run(boundary, func(t *testing.T) {
			t.Parallel()
			f := newFounding(t)
			f.run.FailAt, f.run.Options.KeepRootKey = boundary, true
			out, _ := f.bootstrap()
			f.run.FailAt = ""
			if out.Failed && out.Text == "" {
				t.Errorf("%+v", out)
			}
			f.succeed()
			f.wantFinished()
			f.undo("")
		})
	}
}

// Taking back is killed anywhere, and done again.
func TestBootstrapUndoKilled(t *testing.T) {
	t.Parallel()
	prepared := func(t *testing.T) *founding {
		t.Helper()
		f := newFounding(t)
		f.run.Options.KeepRootKey = true
		f.succeed()
		f.run.Undo = true
		return f
	}
	f := prepared(t)
	f.succeed()
	data, err := os.ReadFile(f.run.Log)
	if err != nil {
		t.Fatal(err)
	}
	all := strings.Split(strings.TrimSpace(string(data)), "\n")
	if len(all) < 20 || f.state() != f.before {
		t.Fatalf("%v: %s", all, f.state())
	}
	for _, boundary := range brokertest.TakeSome(all) {
		killAndUndo(t, boundary, prepared)
	}
}

// What a person wants to keep stays, and so does what it needs.
func TestBootstrapUndoInPart(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	f.run.Options.KeepRootKey = true
	f.succeed()
	f.run.Undo, f.run.No = true, "- user phoebe"
	out, _ := f.bootstrap()
	if out.Failed || !slices.Equal(out.Undone.Kept, []string{"user phoebe"}) {
		t.Errorf("%+v", out)
	}
	if state := f.account.State(); len(state.Users) != 1 || len(state.Groups)+len(state.Roles)+len(state.Policies) != 0 {
		t.Errorf("%+v", state)
	}
	f.run.No = ""
	f.undo("")
}

// The key alone is not refused: something else allows what is tried, which is
// a failure; or what answers checks no policies, which AWS always does.
func TestBootstrapKeyIsNotRefused(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	f.run.Settle = 300 * time.Millisecond
	user := f.account.AddUser("phoebe")
	if err := user.PutPolicy("look", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:List*","Resource":"*"}]}`); err != nil {
		t.Fatal(err)
	}
	out, _ := f.bootstrap()
	if !out.Failed || !strings.Contains(out.Text, "can still list") || len(f.account.State().Root.Keys) != 1 {
		t.Errorf("%+v\n%s", out, f.screen)
	}
	if !strings.Contains(f.screen, "inline policy look of user phoebe is kept") {
		t.Errorf("the plan does not say it:\n%s", f.screen)
	}
	user.DeletePolicy("look")
	f.run.Options.KeepRootKey = true
	f.succeed()
	if err := user.AttachPolicy("arn:aws:iam::aws:policy/AdministratorAccess"); err != nil {
		t.Fatal(err)
	}
	f.server.SetLag(fakeaws.Lag{Policies: time.Hour})
	if out := f.succeed(); !strings.Contains(strings.Join(out.Out.Left, "\n"), "checks no policies") {
		t.Errorf("%+v\n%s", out, f.screen)
	}
}

// A device that a killed run left is in no list at first: it is neither taken
// for somebody's, nor does it stay.
func TestBootstrapWithAnUnlistedDevice(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	f.server.SetLag(fakeaws.Lag{Devices: 3 * time.Second})
	root, err := iam.New(awsapi.Endpoint{URL: f.server.URL(), Region: "us-east-1"},
		credential.Credentials{AccessKeyID: f.root.ID, SecretAccessKey: credential.NewSecret(f.root.Secret)})
	if err == nil {
		_, err = root.CreateVirtualMFADevice(t.Context(), "phoebe")
	}
	if err != nil {
		t.Fatal(err)
	}
	f.run.Settle = brokertest.Stretch(10 * time.Second)
	f.succeed()
	f.wantFinished()
}

// Users may have a path, and manage their own credentials all the same.
func TestSelfServiceWithPaths(t *testing.T) {
	for firstDevice, n := range map[bool]int{false: 1, true: 2} {
		document := policy.SelfService("aws-cn", firstDevice)
		for _, own := range []string{`"arn:aws-cn:iam::*:user/${aws:username}"`, `"arn:aws-cn:iam::*:user/*/${aws:username}"`} {
			if strings.Count(document, own) != n {
				t.Errorf("%s is not in %d statements: %s", own, n, document)
			}
		}
	}
}

// Another user has devices of the person's name already.
func TestBootstrapWithATakenDeviceName(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	f.run.Options.KeepRootKey = true
	bob := f.account.AddUser("bob")
	bob.EnableMFA("phoebe")
	bob.EnableMFA("phoebe-2")
	f.before = f.state()
	if out := f.succeed(); out.Out.MFASerial != "arn:aws:iam::111122223333:mfa/phoebe-3" || !slices.Equal(f.account.State().Users["phoebe"].Devices, []string{out.Out.MFASerial}) {
		t.Errorf("%+v", out.Out)
	}
	f.undo("")
}
