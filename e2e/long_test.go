package e2e

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
)

// shortSessions is a world whose sessions end after some seconds and are renewed without a
// question; the first of them is there.
func shortSessions(t *testing.T, life time.Duration) *world {
	w := newTerraformWorld(t)
	w.extend("awsbroker_mfa_session = 8h")
	w.login()
	w.AWS.Server.SetSessionLife(life)
	w.extend("awsbroker_duration_seconds = 900")
	w.extend("awsbroker_min_ttl = 1s")
	return w
}

// refused returns the calls since the log had the given length that AWS refused.
func (w *world) refused(before int) (all []fakeaws.Call) {
	for _, c := range w.AWS.Server.Calls("")[before:] {
		if c.Error != "" && !strings.Contains(c.Error, "NoSuchKey") && c.Status != 404 {
			all = append(all, c)
		}
	}
	return all
}

// A run of Terraform that is longer than three sessions saves its state, in plain exec. With
// the session in its environment, it does not.
func TestTerraformOutlastsItsSession(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		exec  []string
		saved bool
	}{{[]string{"exec", "admin", "--"}, true}, {[]string{"exec", "--env", "admin", "--"}, false}} {
		w := shortSessions(t, 10*time.Second)
		f := w.stack(stack{Key: "one"})
		w.write("stacks/one/slow.tf", "resource \"terraform_data\" \"slow\" {\n  provisioner \"local-exec\" {\n    command = \"sleep 32\"\n  }\n}\n", 0o600)
		exec := append([]string{program("awsbroker")}, tt.exec...)
		f.ok(append(exec, f.init()...)...)
		before := w.callCount()
		r := f.run(append(exec, f.apply()...)...)
		_, leftOver := os.Stat(filepath.Join(f.dir, "errored.tfstate"))
		if saved := r.Code == 0 && leftOver != nil && len(w.refused(before)) == 0; saved != tt.saved || r.Took < 30*time.Second {
			t.Errorf("%v ended with %d after %s, refused: %v\n%s%s", tt.exec, r.Code, r.Took, w.refused(before), r.Stdout, r.Stderr)
		}
	}
}

// aws s3 sync of 200 files, which takes longer than its session.
func TestSyncOutlastsItsSession(t *testing.T) {
	awsCLI2.need(t)
	t.Parallel()
	w := shortSessions(t, 6*time.Second)
	const files = 200
	for i := range files {
		w.write(fmt.Sprintf("many/%03d", i), strings.Repeat("x", 100), 0o600)
	}
	w.write(".aws/config", "[default]\ns3 =\n  max_bandwidth = 1KB/s\n"+w.config(), 0o600)
	before := w.callCount()
	r := w.run(program("awsbroker"), "exec", "admin", "--", "/usr/bin/aws", "s3", "sync", "--endpoint-url", w.URL, "many", "s3://state/many")
	if n := strings.Count(r.Stdout, "upload: "); r.Code != 0 || n != files || len(w.refused(before)) > 0 {
		t.Errorf("%d files, ended with %d after %s, refused: %v\n%s", n, r.Code, r.Took, w.refused(before), r.Stderr)
	}
	sessions := map[string]bool{}
	for _, c := range w.AWS.Server.Calls("PutObject") {
		sessions[c.AccessKeyID] = true
	}
	if len(sessions) < 2 {
		t.Errorf("%d sessions in %s", len(sessions), r.Took)
	}
}
