package e2e

import (
	"os/exec"
	"strings"
	"testing"
)

// Programs that have settings of their own for a session find it in the form of
// awsbroker export that has their name, and list the buckets with it.
func TestExportForPrograms(t *testing.T) {
	const load = `"$0" export admin --format `
	for _, tt := range []struct{ program, script string }{
		{"mc", `eval "$(` + load + `mc | sed "s|https://\(.*\)@.*'|http://\1@$AT'|")" && "$1" --config-dir mc ls admin`},
		{"rclone", load + `rclone >rclone.conf && "$1" --config rclone.conf lsd admin: --s3-endpoint http://$AT`},
		{"s3cmd", load + `s3cmd >s3cfg && "$1" -c s3cfg --no-ssl --host=$AT --host-bucket=$AT ls`},
	} {
		t.Run(tt.program, func(t *testing.T) {
			path, err := exec.LookPath(tt.program)
			if err != nil {
				t.Skip(err)
			}
			w := newSetUpWorld(t)
			w.AWS.Account.AddBucket("state")
			before := w.callCount()
			r := w.With("AT="+strings.TrimPrefix(w.URL, "http://")).run("/bin/sh", "-c", tt.script, program("awsbroker"), path)
			if r.Code != 0 || !strings.Contains(r.Stdout, "state") {
				t.Errorf("ended with %d:\n%s%s", r.Code, r.Stdout, r.Stderr)
			}
			listed := false
			for _, c := range w.AWS.Server.Calls("")[before:] {
				listed = listed || c.Action == "ListBuckets" && c.Principal == assumedRole
			}
			if !listed {
				t.Errorf("the calls: %v", w.AWS.Server.Calls("")[before:])
			}
		})
	}
}

// pgbackrest takes its settings, and says so of the one that is missing.
func TestExportForPgbackrest(t *testing.T) {
	if _, err := exec.LookPath("pgbackrest"); err != nil {
		t.Skip(err)
	}
	w := newSetUpWorld(t)
	const script = `eval "$("$0" export admin --format pgbackrest)"; for drop in PGBACKREST_NONE PGBACKREST_REPO1_S3_KEY PGBACKREST_REPO1_S3_KEY_SECRET; do
		env -u $drop pgbackrest --config=/dev/null --repo1-type=s3 --repo1-path=/ --repo1-s3-bucket=b --repo1-s3-endpoint=127.0.0.1:1 --repo1-s3-region=eu-central-1 --io-timeout=1 --log-level-file=off repo-ls 2>&1 | head -1; done`
	r := w.run("/bin/sh", "-c", script, program("awsbroker"))
	lines := strings.Split(r.Stdout, "\n")
	if len(lines) < 3 || !strings.Contains(lines[0], "127.0.0.1") || !strings.Contains(lines[1], "repo1-s3-key") || !strings.Contains(lines[2], "repo1-s3-key-secret") {
		t.Errorf("ended with %d:\n%s%s", r.Code, r.Stdout, r.Stderr)
	}
}
