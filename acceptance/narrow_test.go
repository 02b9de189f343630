//go:build linux

package acceptance

import (
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// TestReadOnlyHolds: AWS's own CLI in a narrowed session reads, and is refused what the
// role by itself may do, by exec, by exec --server, and by the profile's own helper.
func TestReadOnlyHolds(t *testing.T) {
	t.Parallel()
	needAWSCLI(t)
	w := newWorld(t)
	if err := w.AWS.Role.AttachPolicy("arn:aws:iam::aws:policy/AdministratorAccess"); err != nil {
		t.Fatal(err)
	}
	w.AWS.Account.AddBucket("shop")
	base := w.With("AWS_EC2_METADATA_DISABLED=true")
	w.Profile("reader", "phoebe", w.AWS.Role.ARN(), w.AWS.Device.Serial, "")
	file := w.Read(w.Path("home/.aws/config"))
	w.Write(w.Path("home/.aws/config"), strings.Replace(file, "credential-process --profile reader", "credential-process --profile reader --read-only", 1))
	if r := base.Run("login", "--profile", "admin", "--read-only", "--mfa-code", w.Code()); r.Code != 0 {
		t.Fatal(r)
	}
	for name, way := range map[string][]string{
		"exec":          {w.Bin, "exec", "admin", "--read-only", "--", "aws"},
		"exec --server": {w.Bin, "exec", "--server", "--read-only", "--profile", "admin", "--", "aws"},
		"the profile":   {"aws", "--profile", "reader"},
	} {
		run := func(args ...string) (code int, out string) {
			all := append(append(way[1:len(way):len(way)], args...), "--region", "us-east-1", "--endpoint-url", w.URL)
			r := base.Finish(base.Command(way[0], all...))
			return r.Code, r.Stdout + r.Stderr
		}
		if code, out := run("iam", "list-users"); code != 0 || !strings.Contains(out, `"UserName": "phoebe"`) {
			t.Errorf("%s: reading: exit %d: %s", name, code, out)
		}
		if code, out := run("s3api", "list-buckets"); code != 0 || !strings.Contains(out, `"Name": "shop"`) {
			t.Errorf("%s: listing buckets: exit %d: %s", name, code, out)
		}
		if code, out := run("iam", "create-user", "--user-name", "mallory"); code == 0 || !strings.Contains(out, "AccessDenied") {
			t.Errorf("%s: writing: exit %d: %s", name, code, out)
		}
	}
	w.wantAssumed(1)
	if r := base.Run("exec", "admin", "--mfa-code", w.Code(), "--", "aws", "iam", "create-user", "--user-name", "ada", "--region", "us-east-1", "--endpoint-url", w.URL); r.Code != 0 {
		t.Errorf("the role by itself may create users: %v", r)
	}
}

// TestServerStaysNarrow: a command that was given a session which may do less gets no
// other one later, however new that is.
func TestServerStaysNarrow(t *testing.T) {
	t.Parallel()
	w := serverWorld(t)
	if r := w.Run("login", "--profile", "admin", "--read-only", "--mfa-code", w.Code()); r.Code != 0 {
		t.Fatal(r)
	}
	done := make(chan machine.Result, 1)
	go func() {
		done <- w.Run("exec", "--server", "--read-only", "--profile", "admin", "--", "sh", "-c", noted+`while [ ! -e go ]; do sleep 0.05; done`)
	}()
	url, token := w.request()
	_, before, err := ask(url, token)
	if err != nil {
		t.Fatal(err)
	}
	time.Sleep(1100 * time.Millisecond) // when a session was issued is known by the second
	w.Login("admin")
	time.Sleep(16 * time.Second) // it looks for a newer session every 15
	if status, now, err := ask(url, token); err != nil || status != 200 || now != before {
		t.Errorf("%d %v: another session is served", status, err)
	}
	w.Write(w.Path("go"), "")
	if r := <-done; r.Code != 0 {
		t.Error(r)
	}
}
