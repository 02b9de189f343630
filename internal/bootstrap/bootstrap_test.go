//go:build !windows

package bootstrap

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/brokertest"
	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/policy"
	"github.com/awsbroker/awsbroker/internal/session"
)

func TestBootstrapOfAFreshAccount(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	out := f.succeed()
	f.wantFinished()
	if state := f.account.State(); len(state.Root.Keys) != 0 {
		t.Errorf("root has keys: %v", state.Root.Keys)
	}
	if !out.Out.Changed || out.Out.KeyID == "" || out.Out.MFASerial != "arn:aws:iam::111122223333:mfa/phoebe" {
		t.Errorf("%+v", out.Out)
	}
	if n := len(f.server.Calls("GetSessionToken")); n != 1 {
		t.Errorf("%d sessions were bought with a code", n)
	}
	// The root key is gone, and nothing else here may do it: commands.
	f.run.Undo = true
	if out, _ := f.bootstrap(); out.Failed || !slices.Contains(out.Undone.Commands, "aws iam delete-user --user-name phoebe") {
		t.Errorf("%+v", out)
	}
	f.run.Key = "phoebe"
	if out, _ := f.bootstrap(); !out.Failed || !strings.Contains(out.Text, "last known way") {
		t.Errorf("%+v", out)
	}
	f.wantFinished()
}

func TestBootstrapAndBack(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	o := &f.run.Options
	o.KeepRootKey, o.Billing, o.ConsoleLogin, o.SelfEnroll = true, true, true, true
	f.succeed()
	if again := f.succeed(); again.Out.Changed {
		t.Errorf("changed something the second time: %+v\n%s", again.Out, f.screen)
	}
	f.undo("")
}

func TestBootstrapInOtherPartitions(t *testing.T) {
	t.Parallel()
	for partition, region := range map[string]string{"aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"} {
		t.Run(partition, func(t *testing.T) {
			t.Parallel()
			f := newFoundingIn(t, partition, region)
			f.run.Options.KeepRootKey = true
			f.succeed()
			f.wantFinished()
			text, err := os.ReadFile(f.run.Paths.Config)
			if err != nil || !strings.Contains(string(text), "region = "+region) {
				t.Errorf("%v:\n%s", err, text)
			}
			f.undo("")
		})
	}
}

// AWS is slow to hear of everything: seconds, here the tenths of them.
func TestBootstrapWithLag(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	lag := 700 * time.Millisecond
	f.server.SetLag(fakeaws.Lag{NewKey: lag, OldKey: lag, Listing: lag, Policies: lag, LastUsed: time.Minute})
	f.run.Settle = brokertest.Stretch(20 * time.Second)
	f.succeed()
	f.wantFinished()
}

// An account that was set up by hand in the old way: administrators at any
// time. It comes to the same end, and back.
func TestBootstrapOfAnOldAccount(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	admin := "arn:aws:iam::aws:policy/AdministratorAccess"
	group := f.account.AddGroup("administrators")
	user := f.account.AddUser("phoebe")
	quentin := f.account.AddUser("quentin")
	other := f.account.AddGroup("Admins")
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(group.AttachPolicy(admin))
	must(user.AttachPolicy(admin))
	must(other.AttachPolicy(admin))
	must(user.PutPolicy("mine", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"*"},{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"}]}`))
	must(user.PutPolicy("all", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["*"],"Resource":"*"}}`))
	group.AddUser(user)
	group.AddUser(quentin)
	other.AddUser(user)
	f.before = f.state()
	key := user.AddAccessKey()
	f.before = f.state()
	f.keep("phoebe-old", key, user.ARN())
	f.run.Options.Key = "phoebe-old"

	out, _ := f.bootstrap()
	if !out.Failed || !strings.Contains(out.Text, "quentin") || f.state() != f.before {
		t.Fatalf("%+v", out)
	}
	f.run.Options.AcceptLockout = []string{"quentin"}
	out = f.succeed()
	state := f.account.State()
	u := state.Users["phoebe"]
	if len(u.Attached) != 0 || !slices.Equal(u.Groups, []string{"administrators"}) || len(u.Keys) != 1 || len(u.Devices) != 1 {
		t.Errorf("%+v", u)
	}
	if _, ok := u.Inline["all"]; ok || strings.Contains(u.Inline["mine"], "iam:*") || !strings.Contains(u.Inline["mine"], "s3:ListAllMyBuckets") {
		t.Errorf("%+v", u.Inline)
	}
	if g := state.Groups["administrators"]; slices.Contains(g.Attached, admin) || !slices.Contains(state.Groups["Admins"].Attached, admin) {
		t.Errorf("%+v", state.Groups)
	}
	for _, says := range []string{
		"- AdministratorAccess off group administrators", "- AdministratorAccess off user phoebe", "- inline policy all off user phoebe",
		"phoebe leaves group Admins", "the rest of inline policy mine of user phoebe", "= user phoebe", "= access key of phoebe",
	} {
		if !strings.Contains(f.screen, says) {
			t.Errorf("does not say %q:\n%s", says, f.screen)
		}
	}
	// Nothing is left to be done, and the same key can still look.
	if again := f.succeed(); again.Out.Changed {
		t.Errorf("%+v\n%s", again.Out, f.screen)
	}
	f.undo("")
}

func TestBootstrapRefuses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		arrange func(*founding)
		says    string
	}{
		"a user called root": {func(f *founding) { f.run.Options.User = "Root" }, "root user"},
		"a bad name":         {func(f *founding) { f.run.Options.Role = "a b" }, "--role"},
		"another role of the name": {func(f *founding) {
			_, err := f.account.AddRole("admin-mfa", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"sts:AssumeRole"}]}`)
			if err != nil {
				f.t.Fatal(err)
			}
		}, "--reconcile"},
		"a policy that says more": {func(f *founding) {
			if _, err := f.account.AddManagedPolicy("assume-admin-role", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}`); err != nil {
				f.t.Fatal(err)
			}
		}, "--reconcile"},
		"two keys that nobody has": {func(f *founding) {
			u := f.account.AddUser("phoebe")
			u.AddAccessKey()
			u.AddAccessKey()
		}, "delete-access-key --user-name phoebe"},
		"another profile of the name": {func(f *founding) {
			text := "[profile admin]\nregion = eu-west-1\nawsbroker_key = other\nawsbroker_role_arn = arn:aws:iam::999999999999:role/x\n"
			if err := os.WriteFile(f.run.Paths.Config, []byte(text), 0o600); err != nil {
				f.t.Fatal(err)
			}
		}, "profile admin"},
		"no such key":              {func(f *founding) { f.run.Options.Key = "nobody" }, "no key"},
		"a region elsewhere":       {func(f *founding) { f.run.Region = "cn-north-1" }, "cn-north-1"},
		"an environment elsewhere": {func(f *founding) { f.environ = []string{"AWS_REGION=cn-north-1"} }, "unset AWS_REGION"},
		"a root key whose time is over": {func(f *founding) {
			f.run.Options.Key = "old"
			f.keepUntil("old", f.account.Root().AddAccessKey(), f.account.Root().ARN(), time.Now().Add(-time.Minute))
		}, ") expired "},
		"a passkey": {func(f *founding) {
			if err := f.account.AddGroup("administrators").AttachPolicy("arn:aws:iam::aws:policy/AdministratorAccess"); err != nil {
				f.t.Fatal(err)
			}
			u := f.account.AddUser("quentin")
			u.AddSecurityKey("yubi")
			f.account.AddGroup("administrators").AddUser(u)
			f.account.AddGroup("administrators").AddUser(f.account.AddUser("rosa"))
		}, "--accept-lockout quentin --accept-lockout rosa"},
		"a role under a permissions boundary": {func(f *founding) {
			r, err := f.account.AddRole("admin-mfa", policy.TrustWithMFA("aws", founded, "arn:aws:iam::"+founded+":user/phoebe"))
			if err == nil {
				err = r.SetBoundary("arn:aws:iam::aws:policy/job-function/Billing")
			}
			if err != nil {
				f.t.Fatal(err)
			}
		}, "aws iam delete-role-permissions-boundary --role-name admin-mfa"},
		"another one at work": {func(f *founding) {
			lock := session.NewLock(f.run.Paths.State, "bootstrap:111122223333")
			if ok, err := lock.Try(); !ok {
				f.t.Fatal(err)
			}
			f.t.Cleanup(func() { _ = lock.Unlock() })
		}, "is setting up account 111122223333"},
		"an account that is not there": {func(f *founding) { f.run.Options.TrustedAccount = "999988887777" }, "no account 999988887777"},
		"a person who says no":         {func(f *founding) { f.run.Options.Yes = false }, "nothing was changed"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFounding(t)
			c.arrange(f)
			f.before = f.state()
			out, _ := f.bootstrap()
			if !out.Failed || !strings.Contains(out.Text, c.says) {
				t.Errorf("%+v\n%s", out, f.screen)
			}
			if f.state() != f.before {
				t.Errorf("something was changed: %s", f.state())
			}
		})
	}
}

// What differs is changed on demand, and back.
func TestBootstrapReconciles(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	role, err := f.account.AddRole("admin-mfa", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"sts:AssumeRole"}]}`)
	if err == nil {
		err = role.SetMaxSessionDuration(4 * time.Hour)
	}
	if err == nil {
		_, err = f.account.AddManagedPolicy("assume-admin-role", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}]}`)
	}
	if err != nil {
		t.Fatal(err)
	}
	before := "# mine\n[profile admin]\nregion = eu-west-1\nawsbroker_key = other\nawsbroker_role_arn = arn:aws:iam::999999999999:role/x\n# the end\n"
	if err := os.WriteFile(f.run.Paths.Config, []byte(before), 0o600); err != nil {
		t.Fatal(err)
	}
	f.before = f.state()
	f.run.Options.Reconcile, f.run.Options.KeepRootKey = true, true
	f.succeed()
	f.wantFinished()
	run := f.run
	f.run.Undo = true
	if out, _ := f.bootstrap(); out.Failed {
		t.Fatalf("%+v\n%s", out, f.screen)
	}
	f.run = run
	if f.state() != f.before {
		t.Errorf("not as before:\n%s\n%s", f.state(), f.before)
	}
	if text, err := os.ReadFile(f.run.Paths.Config); err != nil || string(text) != before {
		t.Errorf("%v: %s", err, text)
	}
}

// A policy may have five versions. The oldest that does not count makes room
// for the new one, as the plan says, and the one that counted does so again.
func TestBootstrapReconcilesFiveVersions(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	other := func(n int) string {
		return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::111122223333:role/r%d"}]}`, n)
	}
	arn, err := f.account.AddManagedPolicy("assume-admin-role", other(1))
	for n := 2; n <= 5 && err == nil; n++ {
		err = f.account.AddPolicyVersion(arn, other(n))
	}
	if err != nil {
		t.Fatal(err)
	}
	f.run.Options.Reconcile, f.run.Options.KeepRootKey = true, true
	f.succeed()
	if !strings.Contains(f.screen, "- version v2 of policy assume-admin-role") {
		t.Errorf("the plan does not say which version goes:\n%s", f.screen)
	}
	if have := f.account.State().Versions[arn]; !slices.Equal(have, []string{"v6", "v1", "v3", "v4", "v5"}) {
		t.Errorf("versions: %v", have)
	}
	f.run.Undo = true
	out, _ := f.bootstrap()
	if out.Failed || !slices.Equal(out.Undone.Lost, []string{"version v2 of policy assume-admin-role"}) || !strings.Contains(f.screen, "cannot be restored") {
		t.Errorf("%+v\n%s", out, f.screen)
	}
	if have := f.account.State().Versions[arn]; !slices.Equal(have, []string{"v1", "v3", "v4", "v5"}) || f.account.State().Policies[arn] != other(1) {
		t.Errorf("versions: %v", have)
	}
}

// IAM has no two things whose names differ in case only: what is there is
// taken, as it is spelled.
func TestBootstrapTakesNames(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	f.account.AddUser("Phoebe")
	f.account.AddGroup("Administrators")
	if _, err := f.account.AddRole("Admin-MFA", policy.TrustWithMFA("aws", founded, "arn:aws:iam::"+founded+":user/Phoebe")); err != nil {
		t.Fatal(err)
	}
	f.before = f.state()
	f.environ = []string{"AWS_DEFAULT_REGION=eu-central-1"}
	f.run.Options.KeepRootKey = true
	f.succeed()
	state := f.account.State()
	if len(state.Users) != 1 || len(state.Groups) != 1 || len(state.Roles) != 1 || len(state.Users["Phoebe"].Keys) != 1 || !f.keeps("phoebe") {
		t.Errorf("%+v", state)
	}
	if text, err := os.ReadFile(f.run.Paths.Config); err != nil || !strings.Contains(string(text), "region = eu-central-1") {
		t.Errorf("not the region of the environment: %v\n%s", err, text)
	}
	if again := f.succeed(); again.Out.Changed {
		t.Errorf("changed something the second time: %+v\n%s", again.Out, f.screen)
	}
	f.undo("")
}

func TestBootstrapOfTheSecondAccount(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	f.run.Options.TrustedAccount, f.run.Options.User = "444455556666", ""
	f.server.AddAccount("444455556666")
	out := f.succeed()
	state := f.account.State()
	if len(state.Users)+len(state.Groups)+len(state.Policies) != 0 || len(state.Root.Keys) != 1 {
		t.Errorf("%+v", state)
	}
	if r := state.Roles["admin-mfa"]; !strings.Contains(r.Trust, "arn:aws:iam::444455556666:root") || !strings.Contains(r.Trust, "MultiFactorAuthPresent") {
		t.Errorf("%+v", r)
	}
	if !strings.Contains(fmt.Sprint(out.Out.Left), "arn:aws:iam::111122223333:role/admin-mfa") {
		t.Errorf("%q", out.Out.Left)
	}
	journal, err := os.ReadFile(filepath.Join(f.run.Paths.State, "bootstrap-111122223333.json"))
	if err != nil || !strings.Contains(string(journal), "\"proved\"") {
		t.Errorf("doctor would call it unfinished: %v: %s", err, journal)
	}
	f.undo("")
}

func TestBootstrapPlan(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	other := f.account.AddUser("phoebe").AddAccessKey()
	f.before = f.state()
	f.run.Options.DryRun = true
	out := f.succeed()
	if !strings.Contains(strings.Join(out.Out.Warnings, "\n"), "awsbroker keys delete "+other.ID) {
		t.Errorf("%q", out.Out.Warnings)
	}
	if f.state() != f.before {
		t.Error("the plan changed something")
	}
	if len(out.Out.Plan) < 10 || string(out.Out.Policies["assume-admin-role"]) != `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::111122223333:role/admin-mfa"}]}` {
		t.Errorf("%+v", out.Out)
	}
	for _, line := range strings.Split(out.Out.Text(), "\n") {
		if len([]rune(line)) > 80 && !strings.Contains(line, "config") {
			t.Errorf("wider than a terminal: %q", line)
		}
	}
	if _, err := os.Stat(f.run.Paths.Config); err == nil {
		t.Error("there is a config file")
	}
}

// One look shows what was made, and the next does not: whichever server is
// asked may not have heard of it.
func TestBootstrapWithReadsAtRandom(t *testing.T) {
	t.Parallel()
	for n := range 3 {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			t.Parallel()
			f := newFounding(t)
			f.server.SetLag(fakeaws.Lag{Reads: 500 * time.Millisecond})
			f.run.Settle = brokertest.Stretch(20 * time.Second)
			f.run.Options.KeepRootKey, f.run.Options.SelfService, f.run.Options.ConsoleLogin = true, true, true
			f.succeed()
			f.undo("")
		})
	}
}
