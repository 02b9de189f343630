//go:build linux

package acceptance

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestLogOfACrowd: 64 callers on a cold cache, who call three times each, are
// 192 lines, of which one was asked for. None is lost though the log is put
// away by whoever asks, while the others wait for the answer or have begun.
func TestLogOfACrowd(t *testing.T) {
	t.Parallel()
	const callers, calls = 64, 3
	w := newWorld(t)
	settled()
	log := w.path("home/.local/state/awsbroker/log")
	before := `{"time":"2026-01-01T00:00:00.000Z","profile":"before","role_arn":"","account":"","access_key_id":"ASIABEFORE","expires":"2026-01-01T01:00:00Z","how":"cached","command":"exec","caller":"sh","pid":1,"directory":"/"}` + "\n"
	w.write(log, strings.Repeat(before, 5<<20/len(before)))
	w.write(w.path("bin/code"), w.code()+"\n")
	w.profile("crowd", "phoebe", w.aws.Role.ARN(), w.aws.Device.Serial, "awsbroker_mfa_process = cat "+w.path("bin/code"))

	var script strings.Builder
	for range callers {
		fmt.Fprintf(&script, "( for i in 1 2 3; do %s credential-process --profile crowd || echo failed; done ) &\n", w.bin)
	}
	script.WriteString("wait\n")
	r := w.sh(script.String())
	if r.code != 0 || strings.Contains(r.stdout, "failed") || strings.Count(r.stdout, "\n") != callers*calls {
		t.Fatalf("not every caller was answered: %v", r)
	}
	w.wantAssumed(1)

	if moved, err := os.Stat(log + ".1"); err != nil || moved.Size() < 5<<20-int64(len(before)) {
		t.Errorf("the large log was not put away: %v", err)
	}
	how := map[string]int{}
	lines := w.run("log", "--json", "--profile", "crowd")
	for line := range strings.Lines(lines.stdout) {
		var g struct {
			How string `json:"how"`
			Dir string `json:"directory"`
		}
		if err := json.Unmarshal([]byte(line), &g); err != nil || g.Dir != w.dir {
			t.Fatalf("%v: %s", err, line)
		}
		how[g.How]++
	}
	if how["asked"] != 1 || how["cached"] != callers*calls-1 || lines.stderr != "" {
		t.Errorf("the log has %v: %s", how, lines.stderr)
	}
	if all := strings.Count(w.run("log", "--json").stdout, `"profile":"before"`); all != 5<<20/len(before) {
		t.Errorf("%d lines from before are left", all)
	}
}
