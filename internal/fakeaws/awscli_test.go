package fakeaws

import (
	"bytes"
	"encoding/json"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// awsCLI is the real AWS CLI, or the test is skipped; not where the test is on
// the list of those that must not be.
func awsCLI(t *testing.T) string {
	t.Helper()
	for _, name := range []string{"aws", "/usr/bin/aws", "/root/.pyenv/shims/aws"} {
		if file, err := exec.LookPath(name); err == nil {
			return file
		}
	}
	if os.Getenv("AWSBROKER_MUST_NOT_SKIP") == "1" {
		t.Fatal("no AWS CLI here")
	}
	t.Skip("no AWS CLI here")
	return ""
}

// runCLI runs the CLI with credentials in its environment and nothing else of
// AWS; it returns what it printed on stdout and on stderr.
func runCLI(t *testing.T, file, endpoint, id, secret, token string, args ...string) (string, string) {
	t.Helper()
	cmd := exec.Command(file, append([]string{"--endpoint-url", endpoint, "--region", "eu-central-1", "--output", "json"}, args...)...)
	for _, v := range os.Environ() {
		if !strings.HasPrefix(v, "AWS_") {
			cmd.Env = append(cmd.Env, v)
		}
	}
	cmd.Env = append(cmd.Env, "AWS_CONFIG_FILE=/dev/null", "AWS_SHARED_CREDENTIALS_FILE=/dev/null", "AWS_EC2_METADATA_DISABLED=true",
		"AWS_MAX_ATTEMPTS=1", "AWS_ACCESS_KEY_ID="+id, "AWS_SECRET_ACCESS_KEY="+secret, "AWS_SESSION_TOKEN="+token)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil && stderr.Len() == 0 {
		t.Fatalf("%v: %v", args, err)
	}
	return stdout.String(), stderr.String()
}

func TestWithTheAWSCLI(t *testing.T) {
	if testing.Short() && os.Getenv("AWSBROKER_MUST_NOT_SKIP") != "1" {
		t.Skip("the AWS CLI takes a second a call")
	}
	file := awsCLI(t)
	w := NewStandard()
	endpoint, err := w.Server.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Server.Close()
	assume := []string{
		"sts", "assume-role", "--role-arn", w.Role.ARN(), "--role-session-name", "phoebe",
		"--serial-number", w.Device.Serial, "--token-code", w.Device.Code(),
	}
	out, text := runCLI(t, file, endpoint, w.Key.ID, w.Key.Secret, "", assume...)
	var got struct {
		Credentials     struct{ AccessKeyId, SecretAccessKey, SessionToken string }
		AssumedRoleUser struct{ Arn string }
	}
	if err := json.Unmarshal([]byte(out), &got); err != nil {
		t.Fatalf("%v in %q, %s", err, out, text)
	}
	c := got.Credentials
	out, text = runCLI(t, file, endpoint, c.AccessKeyId, c.SecretAccessKey, c.SessionToken, "sts", "get-caller-identity")
	if !strings.Contains(out, `"arn:aws:sts::123456789012:assumed-role/admin-mfa/phoebe"`) {
		t.Errorf("%q, %s", out, text)
	}
	_, text = runCLI(t, file, endpoint, w.Key.ID, w.Key.Secret, "", assume...)
	if !strings.Contains(text, "An error occurred (AccessDenied) when calling the AssumeRole operation: MultiFactorAuthentication failed with invalid MFA one time pass code.") {
		t.Errorf("a code twice: %s", text)
	}
	_, text = runCLI(t, file, endpoint, w.Key.ID, w.Key.Secret+"x", "", "sts", "get-caller-identity")
	if !strings.Contains(text, "(SignatureDoesNotMatch)") {
		t.Errorf("wrong secret: %s", text)
	}
}
