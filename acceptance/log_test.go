//go:build linux

package acceptance

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// TestLogOfACrowd: 64 callers on a cold cache, who call three times each, are
// 192 lines, of which one was asked for. None is lost though the log is put
// away by whoever asks, while the others wait for the answer or have begun.
func TestLogOfACrowd(t *testing.T) {
	t.Parallel()
	const callers, calls = 64, 3
	w := newWorld(t)
	machine.Rest()
	log := w.Path("home/.local/state/awsbroker/log")
	before := `{"time":"2026-01-01T00:00:00.000Z","profile":"before","role_arn":"","account":"","access_key_id":"ASIABEFORE","expires":"2026-01-01T01:00:00Z","how":"cached","command":"exec","caller":"sh","pid":1,"directory":"/"}` + "\n"
	w.Write(log, strings.Repeat(before, 5<<20/len(before)))
	w.Write(w.Path("bin/code"), w.Code()+"\n")
	w.Profile("crowd", "phoebe", w.AWS.Role.ARN(), w.AWS.Device.Serial, "awsbroker_mfa_process = cat "+w.Path("bin/code"))

	var script strings.Builder
	for range callers {
		fmt.Fprintf(&script, "( for i in 1 2 3; do %s credential-process --profile crowd || echo failed; done ) &\n", w.Bin)
	}
	script.WriteString("wait\n")
	r := w.Sh(script.String())
	if r.Code != 0 || strings.Contains(r.Stdout, "failed") || strings.Count(r.Stdout, "\n") != callers*calls {
		t.Fatalf("not every caller was answered: %v", r)
	}
	w.wantAssumed(1)

	if moved, err := os.Stat(log + ".1"); err != nil || moved.Size() < 5<<20-int64(len(before)) {
		t.Errorf("the large log was not put away: %v", err)
	}
	how := map[string]int{}
	lines := w.Run("log", "--json", "--profile", "crowd")
	for line := range strings.Lines(lines.Stdout) {
		var g struct {
			How string `json:"how"`
			Dir string `json:"directory"`
		}
		if err := json.Unmarshal([]byte(line), &g); err != nil || g.Dir != w.Dir {
			t.Fatalf("%v: %s", err, line)
		}
		how[g.How]++
	}
	if how["asked"] != 1 || how["cached"] != callers*calls-1 || lines.Stderr != "" {
		t.Errorf("the log has %v: %s", how, lines.Stderr)
	}
	if all := strings.Count(w.Run("log", "--json").Stdout, `"profile":"before"`); all != 5<<20/len(before) {
		t.Errorf("%d lines from before are left", all)
	}
}
