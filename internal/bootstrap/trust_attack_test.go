//go:build !windows

package bootstrap

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/policy"
)

// becomesAdmin reports whether a user gets a session of the role, with a key and a
// device that are made for the purpose and go again.
func (f *founding) becomesAdmin(u *fakeaws.User) bool {
	f.t.Helper()
	key, device := u.AddAccessKey(), u.EnableMFA("try")
	defer key.Delete()
	defer device.Disable()
	err := f.assume(key, device)
	if err != nil && !awsapi.Is(err, awsapi.Denied) {
		f.t.Fatal(err)
	}
	return err == nil
}

// addPowerUser adds a user who may assume any role that leaves it to a policy.
func (f *founding) addPowerUser(name string) *fakeaws.User {
	f.t.Helper()
	u := f.account.AddUser(name)
	if err := u.AttachPolicy("arn:aws:iam::aws:policy/PowerUserAccess"); err != nil {
		f.t.Fatal(err)
	}
	return u
}

// wantTrusted holds that the role trusts these users by name, and nobody else.
func (f *founding) wantTrusted(arns ...string) {
	f.t.Helper()
	trust := f.account.State().Roles["admin-mfa"].Trust
	if got := policy.TrustedUsers("aws", founded, trust); !slices.Equal(got, arns) {
		f.t.Errorf("the role trusts %v, not %v:\n%s", got, arns, trust)
	}
}

func userARN(name string) string { return "arn:aws:iam::" + founded + ":user/" + name }

// wantWarning holds that the plan said something.
func wantWarning(t *testing.T, out childOutcome, text string) {
	t.Helper()
	if all := strings.Join(out.Out.Warnings, "\n"); !strings.Contains(all, text) {
		t.Errorf("nobody is told %q:\n%s", text, all)
	}
}

// TestBootstrapTrustsNoNeighbour: who has nearly a trusted name is not trusted.
func TestBootstrapTrustsNoNeighbour(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	users := []*fakeaws.User{f.addPowerUser("dev"), f.addPowerUser("phoebe2"), f.addPowerUser("team/phoebe.x"), f.addPowerUser("user/phoebe-")}
	f.before = f.state()
	f.run.Options.KeepRootKey = true
	f.succeed()
	f.wantTrusted(userARN("phoebe"))
	for _, u := range users {
		if f.becomesAdmin(u) {
			t.Errorf("%s became an administrator", u.Name)
		}
	}
	if !f.becomesAdmin(f.account.User("phoebe")) {
		t.Error("phoebe is none")
	}
	f.undo("root")
}

// TestBootstrapTellsOfAdmins: the plan lists who will be an administrator as a member of
// the group, and who can be one by the role as it is; --reconcile takes out who left.
func TestBootstrapTellsOfAdmins(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	dev, quentin := f.addPowerUser("dev"), f.account.AddUser("team/quentin")
	f.account.AddGroup("administrators").AddUser(quentin)
	if _, err := f.account.AddRole("admin-mfa", fakeaws.TrustWithMFA(f.account)); err != nil {
		t.Fatal(err)
	}
	f.before = f.state()
	f.run.Options.KeepRootKey, f.run.Options.DryRun = true, true
	out := f.succeed()
	wantWarning(t, out, "quentin, of the same group, will be an administrator with a code")
	wantWarning(t, out, "user dev can be an administrator with a code, by PowerUserAccess")
	if err := f.server.AddFault(fakeaws.Fault{Action: "ListGroups", Kind: fakeaws.FaultError, Code: "AccessDenied", Times: 10}); err != nil {
		t.Fatal(err)
	}
	wantWarning(t, f.succeed(), "who may assume it by other policies could not be read")
	f.server.ClearFaults()
	f.run.Options.Reconcile, f.run.Options.DryRun = true, false
	f.succeed()
	f.wantTrusted(userARN("phoebe"), quentin.ARN())
	if f.becomesAdmin(dev) || !f.becomesAdmin(quentin) {
		t.Error("dev is an administrator, or quentin is not")
	}
	f.undo("root")
}

// TestBootstrapReconcilesNames: somebody who left the group, and whose policies would
// let them assume the role still, is told of, and taken out on demand.
func TestBootstrapReconcilesNames(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	dev := f.addPowerUser("dev")
	if _, err := f.account.AddRole("admin-mfa", policy.TrustWithMFA("aws", founded, dev.ARN())); err != nil {
		t.Fatal(err)
	}
	f.before = f.state()
	f.run.Options.KeepRootKey = true
	wantWarning(t, f.succeed(), "role admin-mfa trusts "+dev.ARN()+", who is not in group administrators: --reconcile takes that out")
	if !f.becomesAdmin(dev) {
		t.Error("dev is no administrator: this test shows nothing")
	}
	f.run.Options.Reconcile = true
	f.succeed()
	f.wantTrusted(userARN("phoebe"))
	if f.becomesAdmin(dev) {
		t.Error("dev is an administrator still")
	}
}

// TestBootstrapUndoLeavesNoName: a user who was made here and goes leaves no name behind
// in a role that stays, for whoever gets the name next; and a name that others took out
// meanwhile does not come back.
func TestBootstrapUndoLeavesNoName(t *testing.T) {
	t.Parallel()
	for name, no := range map[string]string{"the role stays": "- role admin-mfa", "the trust policy stays": "trust policy of role admin-mfa"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFounding(t)
			if name == "the trust policy stays" {
				if _, err := f.account.AddRole("admin-mfa", policy.TrustWithMFA("aws", founded, userARN("rosa"))); err != nil {
					t.Fatal(err)
				}
			}
			f.run.Options.KeepRootKey = true
			f.succeed()
			f.run.Undo, f.run.No = true, no
			if out, _ := f.bootstrap(); out.Failed || len(out.Undone.Kept) != 1 {
				t.Fatalf("%+v\n%s", out, f.screen)
			}
			if f.account.User("phoebe") != nil {
				t.Error("phoebe is there still")
			}
			if trust := f.account.State().Roles["admin-mfa"].Trust; strings.Contains(trust, "phoebe") || policy.TrustsAccount(trust) {
				t.Errorf("%s", trust)
			}
			if f.becomesAdmin(f.addPowerUser("phoebe")) {
				t.Error("the next phoebe is an administrator")
			}
		})
	}
	t.Run("others took a name out", func(t *testing.T) {
		t.Parallel()
		f := newFounding(t)
		if _, err := f.account.AddRole("admin-mfa", policy.TrustWithMFA("aws", founded, userARN("rosa"))); err != nil {
			t.Fatal(err)
		}
		f.run.Options.KeepRootKey = true
		f.succeed()
		if _, err := f.account.AddRole("admin-mfa", policy.TrustWithMFA("aws", founded, userARN("phoebe"))); err != nil {
			t.Fatal(err)
		}
		f.run.Undo = true
		if out, _ := f.bootstrap(); out.Failed {
			t.Fatalf("%+v\n%s", out, f.screen)
		}
		if trust := f.account.State().Roles["admin-mfa"].Trust; trust != policy.TrustNobody() {
			t.Errorf("%s", trust)
		}
	})
}

// TestBootstrapTrustsOneOfAnotherAccount: named, it is one user of the trusted account;
// else the plan says who decides.
func TestBootstrapTrustsOneOfAnotherAccount(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	other := f.server.AddAccount("444455556666")
	phoebe, dev := other.AddUser("team/phoebe"), other.AddUser("dev")
	for _, u := range []*fakeaws.User{phoebe, dev} {
		if err := u.AttachPolicy("arn:aws:iam::aws:policy/PowerUserAccess"); err != nil {
			t.Fatal(err)
		}
	}
	o := &f.run.Options
	o.TrustedAccount, o.User, o.DryRun = "444455556666", "", true
	wantWarning(t, f.succeed(), "for one user only: --user NAME")
	o.User, o.DryRun = "team/phoebe", false
	if out := f.succeed(); len(out.Out.Warnings) > 0 {
		t.Errorf("%q", out.Out.Warnings)
	}
	if f.becomesAdmin(dev) || !f.becomesAdmin(phoebe) {
		t.Error("dev is an administrator, or phoebe is not")
	}
	for _, user := range []string{"*", "team/*", "${aws:username}", "a b", "/x"} {
		o.User = user
		if out, _ := f.bootstrap(); !out.Failed || !strings.Contains(out.Text, "cannot be a user of account") {
			t.Errorf("%q: %+v", user, out)
		}
	}
	o.User = ""
	if out, _ := f.bootstrap(); !out.Failed || !strings.Contains(out.Text, "differ: trust policy") {
		t.Errorf("the role came to trust the account unasked: %+v", out)
	}
	o.User = "dev"
	f.succeed()
	if !f.becomesAdmin(dev) || !f.becomesAdmin(phoebe) {
		t.Error("not both are administrators")
	}
	f.undo("")
}

// TestBootstrapWithTooManyNames: what AWS refuses is told, with what to do.
func TestBootstrapWithTooManyNames(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	var arns []string
	for i := range 41 {
		arns = append(arns, fmt.Sprintf("arn:aws:iam::%s:user/somebody%03d", founded, i))
	}
	if _, err := f.account.AddRole("admin-mfa", policy.TrustWithMFA("aws", founded, arns...)); err != nil {
		t.Fatal(err)
	}
	f.before = f.state()
	f.run.Options.KeepRootKey = true
	if out, _ := f.bootstrap(); !out.Failed || !strings.Contains(out.Text, "has no room for one more user") || !strings.Contains(out.Text, "Role trust policy length") {
		t.Errorf("%+v", out)
	}
	f.undo("root")
}
