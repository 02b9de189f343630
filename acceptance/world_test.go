//go:build linux

// Package acceptance runs the built program as people and their tools do: many
// callers at once, odd terminals, other users, full disks, kernels that refuse,
// kills at any moment.
//
// This file is what the tests share: a person with a home directory and a key,
// and runs of the program.
package acceptance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
)

const (
	passphrase = "canary-passphrase-of-the-file-keystore"
	canaryID   = "AKIACANARYCANARY2345"
	canaryKey  = "CanarySecretAccessKey/That+MustNotLeak00"
)

// patience is how long a test waits for what should happen at once, on a
// machine that is busy.
const patience = 20 * time.Second

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
func build(t *testing.T, pkg, name string) (path string) {
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
		cmd := exec.Command("go", "build", "-o", path, pkg)
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			builds.failed[name] = fmt.Errorf("%w\n%s", err, out)
		} else {
			builds.failed[name] = nil
		}
	}
	if err := builds.failed[name]; err != nil {
		t.Fatalf("go build %s: %v", pkg, err)
	}
	return path
}

// world is one person on a machine, with nothing of the environment the tests
// run in.
type world struct {
	t    *testing.T
	aws  *fakeaws.Standard
	url  string
	dir  string // all of this person's files
	home string
	bin  string
	uid  int // the person; -1 is whoever runs the tests
	env  []string
}

// bare makes a person for whom nothing is set up yet.
func bare(t *testing.T, uid int) *world {
	t.Helper()
	built := build(t, "github.com/awsbroker/awsbroker/cmd/awsbroker", "awsbroker")
	dir, err := os.MkdirTemp("", "acceptance-")
	if err != nil {
		t.Fatal(err)
	}
	w := &world{t: t, aws: fakeaws.NewStandard(), dir: dir, uid: uid}
	w.aws.Key = w.aws.User.ImportAccessKey(canaryID, canaryKey)
	if w.url, err = w.aws.Server.Start(); err != nil {
		t.Fatal(err)
	}
	w.home, w.bin = filepath.Join(dir, "home"), filepath.Join(dir, "bin", "awsbroker")
	w.chmod(0o755, dir)
	for _, d := range []string{w.home, w.path("tmp"), w.path("bin"), w.path("home/.aws")} {
		w.mkdir(d, 0o755)
	}
	w.chmod(0o700, w.home)
	w.install(built, w.bin)
	w.env = []string{
		"HOME=" + w.home, "TMPDIR=" + w.path("tmp"), "PATH=" + filepath.Dir(w.bin) + ":/usr/local/bin:/usr/bin:/bin",
		"LC_ALL=C", "TERM=dumb", "AWS_ENDPOINT_URL_STS=" + w.url,
		"AWSBROKER_KEYSTORE=file", "AWSBROKER_FILE_PASSPHRASE=" + passphrase,
	}
	t.Cleanup(func() {
		w.run("logout", "--all") // or the kernel keeps the sealing key for a week
		w.aws.Server.Close()
		os.RemoveAll(dir)
	})
	return w
}

// newWorld makes a person with a key in the encrypted file and a profile admin.
func newWorld(t *testing.T) *world { return newWorldOf(t, -1) }

func newWorldOf(t *testing.T, uid int) *world {
	t.Helper()
	w := bare(t, uid)
	w.addKey("phoebe", w.aws.Key)
	w.profile("admin", "phoebe", w.aws.Role.ARN(), w.aws.Device.Serial)
	return w
}

func (w *world) path(name string) string { return filepath.Join(w.dir, name) }

// install makes a program reachable for the person: the build's own directory is not.
func (w *world) install(from, to string) {
	w.t.Helper()
	if os.Link(from, to) == nil {
		return
	}
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.WriteFile(to, data, 0o755)
	}
	if err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) mkdir(path string, mode os.FileMode) {
	w.t.Helper()
	if err := os.MkdirAll(path, mode); err != nil {
		w.t.Fatal(err)
	}
	w.own(path)
}

// own gives a file to the person.
func (w *world) own(path string) {
	w.t.Helper()
	if w.uid >= 0 {
		if err := os.Chown(path, w.uid, w.uid); err != nil {
			w.t.Fatal(err)
		}
	}
}

func (w *world) chmod(mode os.FileMode, path string) {
	w.t.Helper()
	if err := os.Chmod(path, mode); err != nil {
		w.t.Fatal(err)
	}
}

func (w *world) write(path, text string) {
	w.t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		w.t.Fatal(err)
	}
	w.own(path)
}

func (w *world) read(path string) string {
	w.t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		w.t.Fatal(err)
	}
	return string(data)
}

func (w *world) addKey(name string, key *fakeaws.AccessKey) {
	w.t.Helper()
	r := w.with("AWS_ACCESS_KEY_ID="+key.ID, "AWS_SECRET_ACCESS_KEY="+key.Secret).run("add", name, "--from-env")
	if r.code != 0 {
		w.t.Fatalf("add: %v", r)
	}
}

// profile appends a profile to the config file; settings are more lines of it.
func (w *world) profile(name, key, role, serial string, settings ...string) {
	w.t.Helper()
	text := fmt.Sprintf("[profile %s]\nregion = eu-central-1\ncredential_process = %s credential-process --profile %s\n"+
		"awsbroker_key = %s\nawsbroker_role_arn = %s\nawsbroker_mfa_serial = %s\n%s\n\n",
		name, w.bin, name, key, role, serial, strings.Join(settings, "\n"))
	before, _ := os.ReadFile(w.path("home/.aws/config"))
	w.write(w.path("home/.aws/config"), string(before)+text)
}

// with is the same person with more in the environment.
func (w *world) with(env ...string) *world {
	more := *w
	more.env = append(append([]string{}, w.env...), env...)
	return &more
}

// without is the same person without some variables.
func (w *world) without(names ...string) *world {
	less := *w
	less.env = nil
	for _, kv := range w.env {
		name, _, _ := strings.Cut(kv, "=")
		if !strings.Contains(" "+strings.Join(names, " ")+" ", " "+name+" ") {
			less.env = append(less.env, kv)
		}
	}
	return &less
}

// command is the person running a program in a session of its own, without a
// terminal.
func (w *world) command(name string, args ...string) *exec.Cmd {
	cmd := exec.Command(name, args...)
	cmd.Env, cmd.Dir = w.env, w.dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true}
	if w.uid >= 0 {
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(w.uid), Gid: uint32(w.uid)}
	}
	return cmd
}

// result is how a run ended.
type result struct {
	stdout, stderr string
	code           int // -1: by a signal
	took           time.Duration
}

func (r result) String() string {
	return fmt.Sprintf("exit %d after %s\nstdout: %q\nstderr: %q", r.code, r.took.Round(time.Millisecond), r.stdout, r.stderr)
}

// run runs awsbroker without a terminal and with nothing on stdin.
func (w *world) run(args ...string) result { return w.runWith("", args...) }

func (w *world) runWith(stdin string, args ...string) result {
	cmd := w.command(w.bin, args...)
	cmd.Stdin = strings.NewReader(stdin)
	return w.finish(cmd)
}

// sh runs a script without a terminal.
func (w *world) sh(script string) result { return w.finish(w.command("/bin/sh", "-c", script)) }

func (w *world) finish(cmd *exec.Cmd) result {
	w.t.Helper()
	var out, complaint bytes.Buffer
	if cmd.Stdout == nil {
		cmd.Stdout = &out
	}
	if cmd.Stderr == nil {
		cmd.Stderr = &complaint
	}
	started := time.Now()
	if err := cmd.Start(); err != nil {
		w.t.Fatal(err)
	}
	timer := time.AfterFunc(90*time.Second, func() { _ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) })
	defer timer.Stop()
	cmd.WaitDelay = 5 * time.Second
	_ = cmd.Wait()
	return result{out.String(), complaint.String(), cmd.ProcessState.ExitCode(), time.Since(started)}
}

// login gets a session with a code on stdin.
func (w *world) login(profile string) {
	w.t.Helper()
	if r := w.runWith(w.code(), "login", "--profile", profile, "--mfa-code", "-"); r.code != 0 {
		w.t.Fatalf("login: %v", r)
	}
}

// code is one that AWS takes and that nobody used.
func (w *world) code() string {
	w.t.Helper()
	return freshCode(w.t, w.aws.Server, w.aws.Device)
}

// freshCode moves the fake's clock where the device has no unused code now.
func freshCode(t *testing.T, s *fakeaws.Server, d *fakeaws.MFADevice) string {
	t.Helper()
	for range 3 {
		if code, ok := d.FreshCode(); ok && (code == d.Code() || code == d.NextCode()) { // the one before may be over in a moment
			return code
		}
		s.Advance(30 * time.Second)
	}
	t.Fatal("the device has no fresh code")
	return ""
}

// wrongCodes are n codes that AWS does not take, no two the same.
func (w *world) wrongCodes(n int) []string {
	now := w.aws.Server.Now()
	right := map[string]bool{}
	for step := -5; step < 10; step++ {
		right[w.aws.Device.CodeAt(now.Add(time.Duration(step)*30*time.Second))] = true
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
func (w *world) assumed() int { return len(w.aws.Server.Calls("AssumeRole")) }

// wantAssumed also holds that no code went out twice.
func (w *world) wantAssumed(n int) {
	w.t.Helper()
	if got := w.assumed(); got != n {
		w.t.Errorf("%d calls of AssumeRole, want %d", got, n)
	}
	if twice := w.aws.Server.RepeatedCodes(); len(twice) > 0 {
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
func wantAnswer(t *testing.T, r result) answer {
	t.Helper()
	var a answer
	d := json.NewDecoder(strings.NewReader(r.stdout))
	if err := d.Decode(&a); err != nil || r.code != 0 || r.stderr != "" {
		t.Fatalf("not an answer (%v): %v", err, r)
	}
	if rest, _ := io.ReadAll(d.Buffered()); strings.TrimSpace(string(rest)) != "" || len(r.stdout) >= 8<<10 {
		t.Errorf("more than one answer: %q", r.stdout)
	}
	if a.Version != 1 || a.AccessKeyID == "" || a.SecretAccessKey == "" || a.SessionToken == "" || !expiration.MatchString(a.Expiration) {
		t.Errorf("an incomplete answer: %v", r)
	}
	return a
}

// wantFailure holds what a caller gets on failure to the contract: R5.
func wantFailure(t *testing.T, r result, code int, says string) {
	t.Helper()
	if r.code != code || r.stdout != "" {
		t.Fatalf("want a failure with exit code %d: %v", code, r)
	}
	if strings.Count(r.stderr, "\n") != 1 || len(r.stderr) >= 4<<10 || !strings.HasPrefix(r.stderr, "awsbroker: error: ") {
		t.Errorf("want one line on stderr: %v", r)
	}
	if !strings.Contains(r.stderr, says) {
		t.Errorf("want a word of %q: %v", says, r)
	}
}

// eventually waits for something to become true.
func eventually(t *testing.T, what string, done func() bool) {
	t.Helper()
	for end := time.Now().Add(patience); !done(); time.Sleep(10 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// settled waits until what was just written is old enough for cached answers
// to rely on.
func settled() { time.Sleep(2100 * time.Millisecond) }
