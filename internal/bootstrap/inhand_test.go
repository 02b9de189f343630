//go:build !windows

package bootstrap

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/notes"
)

// signIn has a session in the environment of the next runs, and no key do the work.
func (f *founding) signIn(l fakeaws.Login) {
	f.run.Options.Key, f.run.Options.FromEnv = "", true
	f.environ = []string{"AWS_ACCESS_KEY_ID=" + l.AccessKeyID, "AWS_SECRET_ACCESS_KEY=" + l.SecretAccessKey, "AWS_SESSION_TOKEN=" + l.SessionToken}
}

// A session of root does all of it, and there is no key to delete; what it made it takes
// back.
func TestBootstrapByASessionOfRoot(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	f.drop("root")
	f.root.Delete()
	f.before = f.state()
	f.signIn(f.account.Root().SignIn(true))
	out := f.succeed()
	f.wantFinished()
	if !strings.Contains(out.Out.With, "which ends by itself: there is no key to delete") || !strings.Contains(f.screen, "with      a session of the environment, which ends by itself") {
		t.Errorf("%q\n%s", out.Out.With, f.screen)
	}
	if again := f.succeed(); again.Out.Changed {
		t.Errorf("changed something the second time: %+v", again.Out)
	}
	f.undo("")
}

// The key of the keychain is not looked at, and root's keys stay: who gave a session did
// not offer them.
func TestBootstrapByASessionLeavesRootKeys(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	f.signIn(f.account.Root().SignIn(false))
	out := f.succeed()
	if state := f.account.State(); len(state.Root.Keys) != 1 || !f.keeps("root") {
		t.Errorf("%+v", state.Root)
	}
	if !strings.Contains(strings.Join(out.Out.Left, "\n"), "the root user has access keys, which only root can delete") {
		t.Errorf("%q", out.Out.Left)
	}
}

// An administrator's session, of a user or of a role, does it as well. The user's session
// is never taken for a key.
func TestBootstrapByASessionOfAnAdministrator(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	phoebe := f.account.AddUser("phoebe")
	if err := phoebe.AttachPolicy("arn:aws:iam::aws:policy/AdministratorAccess"); err != nil {
		t.Fatal(err)
	}
	f.before = f.state()
	f.signIn(phoebe.SignIn(true))
	f.succeed()
	f.wantFinished()
}

// So does that of a role that the account's owner has, as of an organization.
func TestBootstrapByASessionOfARole(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	role, err := f.account.AddRole("OrganizationAccountAccessRole", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"sts:AssumeRole"}]}`)
	if err == nil {
		err = role.AttachPolicy("arn:aws:iam::aws:policy/AdministratorAccess")
	}
	if err != nil {
		t.Fatal(err)
	}
	f.before = f.state()
	f.signIn(role.SignIn("owner"))
	if out := f.succeed(); out.Out.By != "arn:aws:sts::111122223333:assumed-role/OrganizationAccountAccessRole/owner" {
		t.Errorf("%+v", out.Out)
	}
	f.undo("")
}

// A session that is over, that IAM does not take, or that lacks the rights is refused
// before anything is made.
func TestBootstrapByASessionRefuses(t *testing.T) {
	t.Parallel()
	f := newFounding(t)
	nobody := f.account.AddUser("nobody")
	f.before = f.state()
	for _, tt := range []struct {
		login fakeaws.Login
		text  string
	}{
		{nobody.SignIn(true), "is not authorized to perform"},
		{fakeaws.Login{AccessKeyID: "ASIAIOSFODNN7EXAMPLE", SecretAccessKey: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", SessionToken: "none"}, "put another one into the environment"},
		{fakeaws.Login{AccessKeyID: f.root.ID, SecretAccessKey: f.root.Secret}, "awsbroker add root --from-env"},
		{fakeaws.Login{}, "are not both set"},
		{fakeaws.Login{AccessKeyID: "not an id", SecretAccessKey: "a b", SessionToken: "c"}, "are not a session as AWS makes them"},
	} {
		f.signIn(tt.login)
		if out, _ := f.bootstrap(); !out.Failed || !strings.Contains(out.Text, tt.text) || f.state() != f.before {
			t.Errorf("%q is not in %q", tt.text, out.Text)
		}
	}
}

// The role that bootstrap made does not take itself back.
func TestBootstrapUndoByItsOwnRole(t *testing.T) {
	s := &bootstrap{journal: &notes.Bootstrap{Things: []notes.Thing{{Kind: notes.Role, Name: "admin-mfa"}}}}
	s.who.ARN = "arn:aws:sts::111122223333:assumed-role/admin-mfa/phoebe"
	if err := s.refuseLastWay(t.Context()); err == nil || !strings.Contains(err.Error(), "that would remove role admin-mfa") {
		t.Error(err)
	}
	s.who.ARN = "arn:aws:sts::111122223333:assumed-role/OrganizationAccountAccessRole/phoebe"
	if err := s.refuseLastWay(t.Context()); err != nil {
		t.Error(err)
	}
}

// What the AWS CLI says decides what is told, and its answer is not believed blindly.
func TestExportCredentials(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir+":/usr/bin:/bin")
	t.Setenv("AWS_CONFIG_FILE", "/of/the/client")
	t.Setenv("AWS_ACCESS_KEY_ID", "AKIAIOSFODNN7ANOTHER")
	for _, tt := range []struct{ script, id, text string }{
		{`echo '{"Version":1,"AccessKeyId":"ASIAIOSFODNN7EXAMPLE","SecretAccessKey":"s3cr3t","SessionToken":"t0k3n","Expiration":"2026-11-27T14:45:00+00:00"}'`, "ASIAIOSFODNN7EXAMPLE", ""},
		{`echo '{"Version":1,"AccessKeyId":"AKIAIOSFODNN7EXAMPLE","SecretAccessKey":"s3cr3t"}'`, "", "profile root has a long-lived key and no session"},
		{`echo '{"Version":1,"AccessKeyId":"ASIAIOSFODNN7EXAMPLE","SecretAccessKey":"s3 cr3t","SessionToken":"t"}'`, "", "its answer is no session"},
		{`echo 'hello'`, "", "its answer is no session"},
		{`echo >&2; echo 'Your session has expired. Please reauthenticate using "aws login".' >&2; exit 255`, "", "no session of profile root: Your session has expired."},
		{`exit 3`, "", "it gave no reason"},
		{`test "$AWS_CONFIG_FILE" = /of/the/client -a -z "$AWS_ACCESS_KEY_ID" || exit 1; echo '{"AccessKeyId":"ASIAIOSFODNN7EXAMPLE","SecretAccessKey":"s","SessionToken":"t"}'`, "ASIAIOSFODNN7EXAMPLE", ""},
		{`test "$*" = "configure export-credentials --format process --profile root" || exit 1; echo '{"AccessKeyId":"ASIAIOSFODNN7EXAMPLE","SecretAccessKey":"s","SessionToken":"t"}'`, "ASIAIOSFODNN7EXAMPLE", ""},
	} {
		if err := os.WriteFile(filepath.Join(dir, "aws"), []byte("#!/bin/sh\n"+tt.script+"\n"), 0o700); err != nil {
			t.Fatal(err)
		}
		c, err := exportCredentials(t.Context(), os.Environ(), "root")
		if (err == nil) != (tt.text == "") || tt.text != "" && !strings.Contains(err.Error(), tt.text) || tt.id != "" && c.AccessKeyID != tt.id {
			t.Errorf("%s: %v %v", tt.script, c, err)
		}
		if err != nil && strings.Contains(err.Error(), "s3cr3t") {
			t.Errorf("a secret is in %v", err)
		}
	}
	t.Setenv("PATH", t.TempDir())
	if _, err := exportCredentials(t.Context(), nil, "root"); err == nil || !strings.Contains(err.Error(), "is not on PATH") {
		t.Error(err)
	}
}
