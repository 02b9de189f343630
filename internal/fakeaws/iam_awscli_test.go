package fakeaws

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestIAMWithTheAWSCLI(t *testing.T) {
	if testing.Short() && os.Getenv("AWSBROKER_MUST_NOT_SKIP") != "1" {
		t.Skip("the AWS CLI takes a second a call")
	}
	file := awsCLI(t)
	w := newWorld(t)
	got := clientOf(t, w.Server, w.Key).assume(w.Standard)
	got.wantOK(t)
	c := got.Assumed
	run := func(args ...string) (string, string) {
		t.Helper()
		return runCLI(t, file, w.endpoint, c.AccessKeyID, c.SecretAccessKey, c.SessionToken, append([]string{"--region", "us-east-1", "iam"}, args...)...)
	}
	out, text := run("create-access-key", "--user-name", "phoebe")
	var made struct {
		AccessKey struct{ UserName, AccessKeyId, Status, SecretAccessKey, CreateDate string }
	}
	if err := json.Unmarshal([]byte(out), &made); err != nil || made.AccessKey.Status != "Active" || made.AccessKey.CreateDate == "" {
		t.Fatalf("%v in %q, %s", err, out, text)
	}
	out, text = run("get-access-key-last-used", "--access-key-id", made.AccessKey.AccessKeyId)
	if !strings.Contains(out, `"Region": "N/A"`) || strings.Contains(out, "LastUsedDate") {
		t.Errorf("%q, %s", out, text)
	}
	out, text = run("delete-access-key", "--user-name", "phoebe", "--access-key-id", made.AccessKey.AccessKeyId)
	if out != "" || text != "" {
		t.Errorf("%q, %s", out, text)
	}
	out, text = run("list-access-keys", "--user-name", "phoebe")
	if strings.Count(out, "AccessKeyId") != 1 || !strings.Contains(out, w.Key.ID) {
		t.Errorf("%q, %s", out, text)
	}
	_, text = run("list-access-keys")
	if !strings.Contains(text, "An error occurred (ValidationError) when calling the ListAccessKeys operation: Must specify userName when calling with non-User credentials") {
		t.Error(text)
	}
	seed := filepath.Join(t.TempDir(), "seed")
	out, text = run("create-virtual-mfa-device", "--virtual-mfa-device-name", "phone", "--bootstrap-method", "Base32StringSeed", "--outfile", seed)
	written, err := os.ReadFile(seed)
	if d := w.Account.Device("arn:aws:iam::123456789012:mfa/phone"); err != nil || d == nil || string(written) != d.Seed {
		t.Errorf("%q, %s, %q %v", out, text, written, err)
	}
	w.Server.AcceptAnyIAMRegion(true) // it signs for its own region when the endpoint is given
	out, text = runCLI(t, file, w.endpoint, c.AccessKeyID, c.SecretAccessKey, c.SessionToken, "iam", "get-role", "--role-name", "admin-mfa")
	if !strings.Contains(out, `"aws:MultiFactorAuthPresent": "true"`) {
		t.Errorf("%q, %s", out, text)
	}
}
