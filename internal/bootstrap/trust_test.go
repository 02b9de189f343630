//go:build !windows

package bootstrap

import (
	"context"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/policy"
	"github.com/awsbroker/awsbroker/internal/sts"
)

const founded = "111122223333" // the account of a founding

// TestBootstrapMakesNobodyElseAnAdministrator: a developer with AWS's PowerUserAccess,
// which lets any role be assumed, and an MFA device gets no session of the role.
func TestBootstrapMakesNobodyElseAnAdministrator(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	dev := f.account.AddUser("dev")
	if err := dev.PutPolicy("power", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"}}`); err != nil {
		t.Fatal(err)
	}
	device := dev.EnableMFA("dev")
	f.run.Options.KeepRootKey = true
	f.succeed()
	if err := f.assume(dev.AddAccessKey(), device); !awsapi.Is(err, awsapi.Denied) {
		t.Errorf("dev assumes the role: %v", err)
	}
	rory := f.account.AddUser("rory") // of the name of nobody, but with the very policy
	if err := rory.PutPolicy("assume", policy.AllowAssume("arn:aws:iam::"+founded+":role/admin-mfa")); err != nil {
		t.Fatal(err)
	}
	if err := f.assume(rory.AddAccessKey(), rory.EnableMFA("rory")); !awsapi.Is(err, awsapi.Denied) {
		t.Errorf("rory assumes the role: %v", err)
	}
}

func (f *founding) assume(key *fakeaws.AccessKey, device *fakeaws.MFADevice) error {
	f.t.Helper()
	c, err := sts.New(awsapi.Endpoint{Region: "eu-central-1", URL: f.server.URL()})
	if err != nil {
		f.t.Fatal(err)
	}
	creds := credential.Credentials{AccessKeyID: key.ID, SecretAccessKey: credential.NewSecret(key.Secret)}
	_, err = c.AssumeRole(context.Background(), creds, sts.Role{ARN: "arn:aws:iam::" + founded + ":role/admin-mfa", SessionName: "dev"},
		sts.MFA{Serial: device.Serial, Code: credential.NewSecret(device.Code())})
	return err
}

// TestBootstrapNamesTheMembers: the trust policy grows with the group, without
// --reconcile, and shrinks by the one that is taken back.
func TestBootstrapNamesTheMembers(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	arn := func(name string) string { return "arn:aws:iam::" + founded + ":user/" + name }
	trust := func(names ...string) string {
		for i := range names {
			names[i] = arn(names[i])
		}
		return policy.TrustWithMFA("aws", founded, names...)
	}
	rosa, quentin := f.account.AddUser("rosa"), f.account.AddUser("quentin")
	if _, err := f.account.AddRole("admin-mfa", trust("rosa")); err != nil {
		t.Fatal(err)
	}
	group := f.account.AddGroup("administrators")
	group.AddUser(rosa)
	group.AddUser(quentin)
	f.before = f.state()
	f.run.Options.KeepRootKey = true
	f.succeed()
	wantTrust := func(want string) {
		t.Helper()
		if got := f.account.State().Roles["admin-mfa"].Trust; !policy.Same(got, want) {
			t.Errorf("%s\nnot %s", got, want)
		}
	}
	wantTrust(trust("phoebe", "quentin", "rosa"))
	if again := f.succeed(); again.Out.Changed {
		t.Errorf("changed something the second time: %+v", again.Out)
	}
	if _, err := f.account.AddRole("admin-mfa", trust("phoebe", "quentin", "rosa", "sam")); err != nil { // by somebody else
		t.Fatal(err)
	}
	named, later := f.account.State().Roles["admin-mfa"].Trust, trust("quentin", "rosa", "sam")
	f.before = strings.Replace(f.before, inJSON(trust("rosa")), inJSON(later), 1)
	if !strings.Contains(f.before, inJSON(later)) {
		t.Fatalf("%s is not in the state", named)
	}
	f.undo("")
}

func inJSON(text string) string { return strings.ReplaceAll(text, `"`, `\"`) }

// TestBootstrapNarrowsTrust: a role that trusts the whole account is not what it should
// be; --reconcile lets it name the members.
func TestBootstrapNarrowsTrust(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	if _, err := f.account.AddRole("admin-mfa", fakeaws.TrustWithMFA(f.account)); err != nil {
		t.Fatal(err)
	}
	f.before = f.state()
	f.run.Options.KeepRootKey = true
	if out, _ := f.bootstrap(); !out.Failed || !strings.Contains(out.Text, "trust policy of role admin-mfa") {
		t.Fatalf("%+v", out)
	}
	f.run.Options.Reconcile = true
	f.succeed()
	if got := policy.TrustedUsers("aws", founded, f.account.State().Roles["admin-mfa"].Trust); len(got) != 1 || got[0] != "arn:aws:iam::"+founded+":user/phoebe" {
		t.Errorf("trusts %q", got)
	}
	f.undo("")
}
