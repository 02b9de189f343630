//go:build !windows

package bootstrap

import (
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
)

// What may keep the user from the role is in the plan, before anything is made. AWS's
// quarantine of a leaked key is such a policy: it gives the user nothing.
func TestBootstrapTellsWhatDeniesTheRole(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	f.run.Settle, f.run.Options.DryRun = 500*time.Millisecond, true
	u := f.account.AddUser("phoebe")
	if err := u.SetBoundary("arn:aws:iam::aws:policy/ReadOnlyAccess"); err != nil {
		t.Fatal(err)
	}
	if err := u.PutPolicy("quarantine", `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["iam:*","sts:AssumeRole"],"Resource":"*"}]}`); err != nil {
		t.Fatal(err)
	}
	said := strings.Join(f.succeed().Out.Warnings, "\n")
	for _, want := range []string{
		"user phoebe has a permissions boundary, arn:aws:iam::aws:policy/ReadOnlyAccess, which may keep",
		"inline policy quarantine of user phoebe denies something, which may keep phoebe from assuming role admin-mfa",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("not said: %s\n%s", want, said)
		}
	}
	if strings.Contains(said, "without MFA") {
		t.Errorf("it gives no rights:\n%s", said)
	}
}

// The root user's key has every right in its account. What denies it then is the
// organization, and another key is no help.
func TestBootstrapDeniedByTheOrganization(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	f.run.Settle = 500 * time.Millisecond
	err := f.server.AddFault(fakeaws.Fault{Action: "CreateUser", Kind: fakeaws.FaultError, Code: "AccessDenied", Status: 403, Times: -1,
		Message: "User: arn:aws:iam::111122223333:root is not authorized to perform: iam:CreateUser on resource: arn:aws:iam::111122223333:user/phoebe with an explicit deny in a service control policy"})
	if err != nil {
		t.Fatal(err)
	}
	out, _ := f.bootstrap()
	if !out.Failed || !strings.Contains(out.Text, "the organization's administrators can change it") || strings.Contains(out.Text, "use the root user's key") {
		t.Errorf("%s", out.Text)
	}
}
