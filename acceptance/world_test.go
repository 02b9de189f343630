//go:build linux

// Package acceptance runs the built program as people and their tools do: many
// callers at once, odd terminals, other users, full disks, kernels that refuse,
// kills at any moment.
//
// This file is what the tests share: a person with a home directory and a key,
// and runs of the program.
package acceptance

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// The key that may be found nowhere.
const (
	canaryID  = "AKIACANARYCANARY2345"
	canaryKey = "CanarySecretAccessKey/That+MustNotLeak00"
)

// mustNotSkip: where the tests are known to have all they need (CI), one that
// skips is a failure.
func mustNotSkip() bool { return os.Getenv("AWSBROKER_MUST_NOT_SKIP") == "1" }

func skip(t *testing.T, why string) {
	t.Helper()
	if mustNotSkip() {
		t.Fatal("may not be skipped here: " + why)
	}
	t.Skip(why)
}

func needRoot(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		skip(t, "only root can run as other users")
	}
}

// builds are the programs built so far, one build a package and test run.
var builds struct {
	sync.Mutex
	failed map[string]error
}

// build compiles a package of this module, once a test run, into the directory
// of the test binary, which go test removes.
func build(t *testing.T, pkg, name string, tags ...string) (path string) {
	t.Helper()
	builds.Lock()
	defer builds.Unlock()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	path = filepath.Join(filepath.Dir(self), "acceptance-"+name)
	if _, done := builds.failed[name]; !done {
		if builds.failed == nil {
			builds.failed = map[string]error{}
		}
		builds.failed[name] = machine.Build(pkg, path, tags...)
	}
	if err := builds.failed[name]; err != nil {
		t.Fatalf("go build %s: %v", pkg, err)
	}
	return path
}

// world is a person at a machine, with a key that is a canary.
type world struct {
	*machine.Machine
	t *testing.T
}

// bare makes a person for whom nothing is set up yet.
func bare(t *testing.T, uid int) *world {
	t.Helper()
	m := machine.New(t, build(t, "github.com/awsbroker/awsbroker/cmd/awsbroker", "awsbroker", "cheapguesses"), uid)
	m.AWS.Key = m.AWS.User.ImportAccessKey(canaryID, canaryKey)
	return &world{m, t}
}

// newWorld makes a person with a key in the encrypted file and a profile admin.
func newWorld(t *testing.T) *world { return newWorldOf(t, -1) }

func newWorldOf(t *testing.T, uid int) *world {
	t.Helper()
	w := bare(t, uid)
	w.SetUp()
	return w
}

// With is the same person with more in the environment.
func (w *world) With(env ...string) *world { return &world{w.Machine.With(env...), w.t} }

// Without is the same person without some variables.
func (w *world) Without(names ...string) *world { return &world{w.Machine.Without(names...), w.t} }

// wrongCodes are n codes that AWS does not take, no two the same.
func (w *world) wrongCodes(n int) []string {
	now := w.AWS.Server.Now()
	right := map[string]bool{}
	for step := -5; step < 10; step++ {
		right[w.AWS.Device.CodeAt(now.Add(time.Duration(step)*30*time.Second))] = true
	}
	var codes []string
	for i := 1; len(codes) < n; i++ {
		if code := fmt.Sprintf("%06d", i*111111%1000000+i/9); !right[code] {
			codes = append(codes, code)
		}
	}
	return codes
}

// assumed counts the calls of AssumeRole that reached AWS.
func (w *world) assumed() int { return len(w.AWS.Server.Calls("AssumeRole")) }

// wantAssumed also holds that no code went out twice.
func (w *world) wantAssumed(n int) {
	w.t.Helper()
	if got := w.assumed(); got != n {
		w.t.Errorf("%d calls of AssumeRole, want %d", got, n)
	}
	if twice := w.AWS.Server.RepeatedCodes(); len(twice) > 0 {
		w.t.Errorf("%d codes were sent twice", len(twice))
	}
}

// answer is the document of credential_process.
type answer struct {
	Version                                              int
	AccessKeyID                                          string `json:"AccessKeyId"`
	SecretAccessKey, SessionToken, Expiration, AccountID string
}

var expiration = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$`)

// wantAnswer holds what a caller gets on success to the contract: R1 to R4.
func wantAnswer(t *testing.T, r machine.Result) answer {
	t.Helper()
	var a answer
	d := json.NewDecoder(strings.NewReader(r.Stdout))
	if err := d.Decode(&a); err != nil || r.Code != 0 || r.Stderr != "" {
		t.Fatalf("not an answer (%v): %v", err, r)
	}
	if rest, _ := io.ReadAll(d.Buffered()); strings.TrimSpace(string(rest)) != "" || len(r.Stdout) >= 8<<10 {
		t.Errorf("more than one answer: %q", r.Stdout)
	}
	if a.Version != 1 || a.AccessKeyID == "" || a.SecretAccessKey == "" || a.SessionToken == "" || !expiration.MatchString(a.Expiration) {
		t.Errorf("an incomplete answer: %v", r)
	}
	return a
}

// wantFailure holds what a caller gets on failure to the contract: R5.
func wantFailure(t *testing.T, r machine.Result, code int, says string) {
	t.Helper()
	if r.Code != code || r.Stdout != "" {
		t.Fatalf("want a failure with exit code %d: %v", code, r)
	}
	if strings.Count(r.Stderr, "\n") != 1 || len(r.Stderr) >= 4<<10 || !strings.HasPrefix(r.Stderr, "awsbroker: error: ") {
		t.Errorf("want one line on stderr: %v", r)
	}
	if !strings.Contains(r.Stderr, says) {
		t.Errorf("want a word of %q: %v", says, r)
	}
}

// eventually waits for something to become true.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(machine.Patience); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// awsbrokers waits until n of them run in the job's session.
func awsbrokers(t *testing.T, j *machine.Job, n int) []int {
	t.Helper()
	var running []int
	eventually(t, fmt.Sprintf("%d awsbrokers run", n), func() bool {
		running = j.Processes("awsbroker")
		return len(running) >= n
	})
	return running
}
