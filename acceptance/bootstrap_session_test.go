//go:build linux

package acceptance

import (
	"encoding/json"
	"strings"
	"testing"
)

// TestBootstrapWithoutRootKey: a new account is set up with the session that the real AWS
// CLI has of the root user. Root never had a key, and the session is in no file of ours.
func TestBootstrapWithoutRootKey(t *testing.T) {
	t.Parallel()
	needAWSCLI(t)
	f := newFounder(t)
	f.root.Delete()
	l := f.account.Root().SignIn(true)
	session, err := json.Marshal(map[string]any{"Version": 1, "AccessKeyId": l.AccessKeyID, "SecretAccessKey": l.SecretAccessKey,
		"SessionToken": l.SessionToken, "Expiration": l.Expires})
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := t.TempDir() + "/session"
	f.Write(elsewhere, string(session))
	f.Write(f.Path("home/.aws/config"), "[profile root]\nregion = eu-west-1\ncredential_process = cat "+elsewhere+"\n")
	code, screen := f.bootstrap(never, "--from-profile", "root", "--agent-role")
	if code != 0 || strings.Contains(screen, "Delete the root key") || !strings.Contains(screen, "with      a session of profile root until ") {
		t.Fatalf("exit %d:\n%s", code, screen)
	}
	if r := f.cli(nil, "iam", "list-users", "--output", "json"); r.Code != 0 {
		t.Errorf("the administrator may not: %v", r)
	}
	agent := func(args ...string) (int, string) {
		r := f.With("AWS_EC2_METADATA_DISABLED=true", "AWS_PROFILE=agent").Finish(
			f.With("AWS_EC2_METADATA_DISABLED=true", "AWS_PROFILE=agent").Command("/usr/bin/aws", append(args, "--region", "us-east-1", "--endpoint-url", f.URL)...))
		return r.Code, r.Stdout + r.Stderr
	}
	if code, out := agent("iam", "list-users"); code != 0 {
		t.Errorf("agents may read: %s", out)
	}
	if code, out := agent("iam", "create-user", "--user-name", "mallory"); code == 0 || !strings.Contains(out, "AccessDenied") {
		t.Errorf("agents may not write: exit %d: %s", code, out)
	}
	wantNoFileWith(t, f.Dir, l.SecretAccessKey, l.SessionToken)
	if strings.Contains(screen, l.SecretAccessKey) || strings.Contains(screen, l.SessionToken) {
		t.Error("the session is on the screen")
	}
	t.Log("\n" + screen)
}
