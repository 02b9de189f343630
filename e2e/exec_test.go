package e2e

import (
	"strings"
	"testing"
)

// dirty is an environment that would send any client elsewhere.
var dirty = []string{
	"AWS_PROFILE=ghost", "AWS_DEFAULT_PROFILE=ghost", "AWS_REGION=eu-central-1", "AWS_DEFAULT_REGION=us-west-2", // another AWS_REGION is another session
	"AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE", "AWS_SECRET_ACCESS_KEY=stale", "AWS_SESSION_TOKEN=stale", "AWS_SECURITY_TOKEN=stale",
	"AWS_ROLE_ARN=arn:aws:iam::123456789012:role/other", "AWS_WEB_IDENTITY_TOKEN_FILE=/nowhere", "AWS_ROLE_SESSION_NAME=other",
	"AWS_CONTAINER_CREDENTIALS_FULL_URI=http://127.0.0.1:1/", "AWS_ACCOUNT_ID=999999999999",
}

func TestExec(t *testing.T) {
	eachClient(t, func(t *testing.T, c *client) {
		w := newSetUpWorld(t)
		exec := []string{program("awsbroker"), "exec", "--profile", "admin", "--"}
		sameRole(t, w, "exec", append(exec, c.identity(w, "")...)...)
		sameRole(t, w.With(dirty...), "exec, dirty", append(exec, c.identity(w, "")...)...)
	})
}

// exec --with: no keys, but profiles, all of whose sessions are there. One code
// did for both roles.
func TestExecWith(t *testing.T) {
	eachClient(t, func(t *testing.T, c *client) {
		w := newSetUpWorld(t)
		reader := w.addRole("reader")
		w.logout()
		exec := []string{program("awsbroker"), "exec", "--with", "admin", "--with", "reader", "--mfa-code", w.Code(), "--", "/bin/sh", "-c"}
		script := words(c.identity(w, "")...) + " && " + words(c.identity(w, "reader")...) + " && " + words(c.identity(w, "admin")...)
		before := w.assumeRoles()
		r := w.With(dirty...).run(append(exec, script)...)
		if want := assumedRole + "\n" + reader + "\n" + assumedRole + "\n"; r.Code != 0 || r.Stdout != want || strings.Contains(r.Stderr, "awsbroker") {
			t.Errorf("ended with %d:\n%s%s", r.Code, r.Stdout, r.Stderr)
		}
		if n := w.assumeRoles() - before; n != 2 {
			t.Errorf("%d AssumeRole calls", n)
		}
	})
}
