//go:build !windows

package bootstrap

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/brokertest"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/machine"
	"github.com/awsbroker/awsbroker/internal/paths"
	"github.com/awsbroker/awsbroker/internal/session"
)

// founding is a machine, an account with nothing in it but a root key, and a
// person at a terminal with an authenticator app. Each run of bootstrap is a
// process of its own: this test binary, which can be killed.
type founding struct {
	t       *testing.T
	account *fakeaws.Account
	server  *fakeaws.Server
	root    *fakeaws.AccessKey // in the keychain as "root"
	before  string             // state of the account

	run     childRun
	device  *fakeaws.MFADevice // what the person's app shows
	first   string             // of the two enabling codes
	given   []string
	typed   *fakeaws.AccessKey // the key that the person types
	environ []string           // variables besides
	screen  string             // of the last run

	meanwhile func() // happens while an MFA code is asked for
}

// childRun is what a run is told.
type childRun struct {
	Paths     paths.Paths
	Sessions  string
	Sealing   []byte
	Options   Options
	Undo      bool
	Key       string
	Region    string
	KillAt    string // a boundary: "after make user phoebe 1"
	FailAt    string // another, where what is done fails, or seems to
	AlwaysYes bool   // the person says yes, though not by --yes
	No        string // the person says no to what has this in it
	Log       string // a file for the boundaries that were passed
	Outcome   string // a file for what came of it
	Settle    time.Duration
}

// childOutcome is what came of a run that was not killed.
type childOutcome struct {
	Out    Result
	Undone Undone
	Failed bool
	Reason failure.Reason
	Text   string // message and hints
}

func newFounding(t *testing.T) *founding { return newFoundingIn(t, "aws", "") }

func newFoundingIn(t *testing.T, partition, region string) *founding {
	t.Helper()
	if brokertest.RaceDetector && testing.Short() {
		t.Skip("opening the encrypted file takes seconds under the race detector: make test, or -race without -short")
	}
	brokertest.SetEnvironment()
	dir := t.TempDir()
	f := &founding{t: t, server: fakeaws.New()}
	if _, err := f.server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.server.Close)
	f.account = f.server.AddAccountIn(partition, "111122223333")
	f.root = f.account.Root().AddAccessKey()
	f.run = childRun{
		Paths: paths.Paths{
			Config: filepath.Join(dir, "config"), Credentials: filepath.Join(dir, "credentials"),
			State: filepath.Join(dir, "state"), Data: filepath.Join(dir, "data"), Cache: filepath.Join(dir, "cache"),
		},
		Sessions: filepath.Join(dir, "sessions"), Sealing: make([]byte, 32), Region: region,
		Log: filepath.Join(dir, "boundaries"), Outcome: filepath.Join(dir, "outcome"), Settle: brokertest.Stretch(4 * time.Second),
		Options: Options{
			User: "phoebe", Group: "administrators", Role: "admin-mfa", Policy: "assume-admin-role", Profile: "admin",
			Key: "root", Yes: true, Program: "/usr/local/bin/awsbroker",
		},
	}
	_, _ = rand.Read(f.run.Sealing)
	if err := errors.Join(os.Mkdir(f.run.Sessions, 0o700), os.MkdirAll(f.run.Paths.State, 0o700)); err != nil {
		t.Fatal(err)
	}
	f.before = f.state()
	f.keep("root", f.root, f.account.Root().ARN())
	return f
}

// keep a key in the keychain.
func (f *founding) keep(name string, key *fakeaws.AccessKey, arn string) {
	f.t.Helper()
	f.keepUntil(name, key, arn, time.Now().Add(time.Hour))
}

func (f *founding) keepUntil(name string, key *fakeaws.AccessKey, arn string, expires time.Time) {
	f.t.Helper()
	c := credential.Credentials{AccessKeyID: key.ID, SecretAccessKey: credential.NewSecret(key.Secret)}
	if err := f.keychain().Set(f.t.Context(), name, c, keystore.KeyInfo{ARN: arn, Expires: expires}); err != nil {
		f.t.Fatal(err)
	}
}

// drop a key from the keychain.
func (f *founding) drop(name string) {
	f.t.Helper()
	if err := f.keychain().Remove(f.t.Context(), name); err != nil {
		f.t.Fatal(err)
	}
}

func (f *founding) keychain() *keystore.Store {
	f.t.Helper()
	os.Setenv("AWSBROKER_FILE_PASSPHRASE", childPassphrase) // the same for all tests
	b := &broker.Broker{Paths: f.run.Paths, Keystore: keystore.File, Started: time.Now(), Limits: broker.PersonLimits}
	store, _, err := keystore.Choose(f.t.Context(), b.KeystoreOptions(b.NewAsker(nil)))
	if err != nil {
		f.t.Fatal(err)
	}
	return store
}

const childPassphrase = "canary-passphrase-of-rotate"

// state of the account, to be compared.
func (f *founding) state() string {
	f.t.Helper()
	data, err := json.MarshalIndent(f.account.State(), "", " ")
	if err != nil {
		f.t.Fatal(err)
	}
	return string(data)
}

const childVariable = "AWSBROKER_BOOTSTRAP_CHILD"

// TestBootstrapChild is the process that the other tests start. By itself it
// has nothing to do.
func TestBootstrapChild(t *testing.T) {
	var run childRun
	if err := json.Unmarshal([]byte(os.Getenv(childVariable)), &run); err != nil {
		return
	}
	cache, err := session.New(run.Sessions, run.Sealing)
	if err != nil {
		t.Fatal(err)
	}
	b := &broker.Broker{
		Paths: run.Paths, Keystore: keystore.File, Started: time.Now(), Limits: broker.PersonLimits, Region: run.Region,
		Report: childReport{run.Options.Yes || run.Undo || run.AlwaysYes, run.No},
	}
	b.TestOnlySessions(cache, run.Sessions)
	out := run.do(t.Context(), b)
	data, err := json.Marshal(out)
	if err == nil {
		err = os.WriteFile(run.Outcome, data, 0o600)
	}
	if err != nil {
		t.Fatal(err)
	}
}

func (run childRun) do(ctx context.Context, b *broker.Broker) (out childOutcome) {
	log, err := os.Create(run.Log)
	if err != nil {
		return childOutcome{Failed: true, Text: err.Error()}
	}
	defer log.Close()
	n := map[string]int{}
	s := &bootstrap{o: run.Options, waits: bootstrapWaits{call: 10 * time.Second, settle: run.Settle, again: 10 * time.Millisecond, list: 100 * time.Millisecond}}
	s.at = func(when, step string) error {
		place := when + " " + step
		n[place]++
		place = fmt.Sprintf("%s %d", place, n[place])
		fmt.Fprintln(log, place)
		if place == run.FailAt {
			return errors.New("no space left on device")
		}
		if place == run.KillAt {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			time.Sleep(time.Minute)
		}
		return nil
	}
	s.o.Show = childProgress{}
	if run.Undo {
		s.o = Options{Key: run.Key, FromEnv: run.Options.FromEnv, Show: childProgress{}}
		out.Undone, err = s.undo(ctx, b)
	} else {
		out.Out, err = s.setUp(ctx, b)
	}
	var f *failure.Error
	switch {
	case errors.As(err, &f):
		out.Failed, out.Reason, out.Text = true, f.Reason, f.Message+"\n"+strings.Join(f.Hints, "\n")
	case err != nil:
		out.Failed, out.Text = true, err.Error()
	}
	return out
}

// childReport tells on standard error, which is the terminal.
type childReport struct {
	yes bool
	no  string
}

func (childReport) Waiting(string, time.Duration) func() { return func() {} }

func (childReport) Step(text string)  { fmt.Fprintln(os.Stderr, text) }
func (childReport) Warn(text string)  { fmt.Fprintln(os.Stderr, "warning: "+text) }
func (childReport) Debug(text string) { fmt.Fprintln(os.Stderr, "debug: "+text) }
func (r childReport) Confirm(_ context.Context, _ *broker.Asker, text, question string) error {
	fmt.Fprintln(os.Stderr, text+"\n"+question)
	if !r.yes || r.no != "" && strings.Contains(text+question, r.no) {
		return broker.ErrDeclined
	}
	return nil
}

type childProgress struct{}

func (childProgress) Begin(step string)   { fmt.Fprintln(os.Stderr, "… "+step) }
func (childProgress) Waiting(what string) {}
func (childProgress) Asking()             {}
func (childProgress) End(outcome string)  { fmt.Fprintln(os.Stderr, "✓ "+outcome) }

// bootstrap runs once, in a process of its own at a terminal. killed says
// whether it was.
func (f *founding) bootstrap() (out childOutcome, killed bool) {
	f.t.Helper()
	_ = os.Remove(f.run.Outcome)
	data, err := json.Marshal(f.run)
	if err != nil {
		f.t.Fatal(err)
	}
	cmd := exec.Command(os.Args[0], "-test.run=^TestBootstrapChild$")
	cmd.Env = append(os.Environ(), childVariable+"="+string(data), "AWSBROKER_FILE_PASSPHRASE="+childPassphrase,
		"AWS_ENDPOINT_URL_STS="+f.server.URL(), "AWS_ENDPOINT_URL_IAM="+f.server.URL())
	cmd.Env = append(cmd.Env, f.environ...)
	tm := machine.NewTerminal(f.t)
	tm.Resize(60, 80)
	look := func() { f.screen = strings.ReplaceAll(tm.Screen(), "\r\n", "\n") }
	r, _ := machine.Person{Patience: time.Minute, Answer: func(question string) string {
		look()
		if answer, ok := f.answer(question); ok {
			return answer + "\n"
		}
		return ""
	}}.SitAt(tm, tm.Start(cmd))
	look()
	if r.Code < 0 {
		return out, true
	}
	if data, err := os.ReadFile(f.run.Outcome); err != nil || json.Unmarshal(data, &out) != nil {
		f.t.Fatalf("the run ended with %d and no outcome:\n%s", r.Code, f.screen)
	}
	return out, false
}

// shownSeed is the key for the app, in groups of four.
var shownSeed = regexp.MustCompile(`(?m)type this key.*\n((?:  [A-Z2-7 ]+\n)+)`)

func (f *founding) answer(question string) (string, bool) {
	now := time.Now()
	switch {
	case strings.HasPrefix(question, "current code"):
		all := shownSeed.FindAllStringSubmatch(f.screen, -1)
		seed := strings.Join(strings.Fields(all[len(all)-1][1]), "")
		f.device = &fakeaws.MFADevice{Seed: seed}
		f.first = f.device.CodeAt(now.Add(-30 * time.Second))
		return f.give(f.first), true
	case strings.HasPrefix(question, "next code"):
		for _, at := range []time.Time{now.Add(-30 * time.Second), now, now.Add(30 * time.Second)} {
			if f.device.CodeAt(at.Add(-30*time.Second)) == f.first {
				return f.give(f.device.CodeAt(at)), true
			}
		}
		return "000000", true
	case strings.HasPrefix(question, "MFA code of "):
		if f.meanwhile != nil {
			f.meanwhile()
		}
		serial := strings.TrimSuffix(strings.Fields(strings.TrimPrefix(question, "MFA code of "))[0], ",")
		return f.give(f.freshCode(serial)), true
	case strings.HasPrefix(question, "access key id"):
		return f.typed.ID, true
	case strings.HasPrefix(question, "secret access key"):
		return f.typed.Secret, true
	case strings.Contains(question, "password"), strings.Contains(question, "Enter"):
		return "", true
	}
	return "", false
}

// freshCode of a device that AWS has, without waiting for the time.
func (f *founding) freshCode(serial string) string {
	for range 4 {
		d := f.account.Device(strings.TrimRight(serial, ","))
		if code, ok := d.FreshCode(); ok && (code == d.Code() || code == d.NextCode()) && !slices.Contains(f.given, code) {
			return code
		}
		d.RunAhead()
	}
	return "000000"
}

func (f *founding) give(code string) string {
	f.given = append(f.given, code)
	return code
}

// succeed runs it to the end.
func (f *founding) succeed() childOutcome {
	f.t.Helper()
	out, killed := f.bootstrap()
	if killed || out.Failed {
		f.t.Fatalf("killed: %v; %s\n%s", killed, out.Text, f.screen)
	}
	return out
}

// wantFinished holds what has to be true of the account in the end, however it
// came to it: nothing twice, and the user's key may do one thing.
func (f *founding) wantFinished() {
	f.t.Helper()
	state := f.account.State()
	partition := f.account.Partition
	admin := "arn:" + partition + ":iam::aws:policy/AdministratorAccess"
	policy := "arn:" + partition + ":iam::111122223333:policy/assume-admin-role"
	serial := "arn:" + partition + ":iam::111122223333:mfa/phoebe"
	u, ok := state.Users["phoebe"]
	if !ok || len(u.Keys) != 1 || !slices.Equal(u.Groups, []string{"administrators"}) || !slices.Equal(u.Devices, []string{serial}) || len(u.Attached)+len(u.Inline) != 0 {
		f.t.Errorf("user: %+v", u)
	}
	if len(state.Devices) != 1 || len(state.Groups) != 1 || len(state.Roles) != 1 || len(state.Policies) != 1 {
		f.t.Errorf("something is there twice: %+v", state)
	}
	if g := state.Groups["administrators"]; !slices.Equal(g.Attached, []string{policy}) || len(g.Inline) != 0 {
		f.t.Errorf("group: %+v", g)
	}
	if r := state.Roles["admin-mfa"]; !slices.Equal(r.Attached, []string{admin}) || r.MaxDuration != "1h0m0s" || !strings.Contains(r.Trust, "MultiFactorAuthPresent") {
		f.t.Errorf("role: %+v", r)
	}
	if again := f.server.RepeatedCodes(); len(again) > 0 {
		f.t.Errorf("a code was sent twice: %+v", again)
	}
	f.wantKeyOfThePerson(u)
	f.wantNoSecrets()
}

// wantKeyOfThePerson holds that the key in the keychain is the one in AWS, and
// that a session of the role is there for the next caller without a question.
func (f *founding) wantKeyOfThePerson(u fakeaws.UserState) {
	f.t.Helper()
	record, err := keystore.ReadRecord(f.run.Paths.KeystoreFile())
	if err != nil {
		f.t.Fatal(err)
	}
	if _, ok := u.Keys[record.Keys["phoebe"].AccessKeyID]; !ok {
		f.t.Errorf("keychain: %+v; AWS: %v", record.Keys, u.Keys)
	}
	cache, err := session.New(f.run.Sessions, f.run.Sealing)
	if err != nil {
		f.t.Fatal(err)
	}
	b := &broker.Broker{Paths: f.run.Paths, Keystore: keystore.File, Started: time.Now(), Limits: broker.PersonLimits, Report: &brokertest.Person{}}
	b.TestOnlySessions(cache, f.run.Sessions)
	t, err := b.Target("admin")
	if err != nil {
		f.t.Fatal(err)
	}
	t.Endpoint.URL = f.server.URL() // as in the environment of the runs
	if _, ok := t.Cached(cache, time.Now()); !ok {
		f.t.Error("the first caller would be asked for a code")
	}
}

// wantNoSecrets holds that no file has one, and neither has the screen, but
// for the seed that people must see.
func (f *founding) wantNoSecrets() {
	f.t.Helper()
	secrets := []string{f.root.Secret, childPassphrase}
	if u := f.account.User("phoebe"); u != nil {
		for _, k := range u.AccessKeys() {
			secrets = append(secrets, f.server.Key(k.ID).Secret)
		}
	}
	seen := func(where, text string) {
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				f.t.Errorf("%s has a secret", where)
			}
		}
	}
	seen("the screen", f.screen)
	err := brokertest.WalkFiles(filepath.Dir(f.run.Paths.Config), func(path string, data []byte) { seen(path, string(data)) })
	if err != nil {
		f.t.Error(err)
	}
}

// undo takes everything back, and holds that the account is as it was.
func (f *founding) undo(key string) {
	f.t.Helper()
	before := f.run
	f.run.Undo, f.run.Key, f.run.KillAt = true, key, ""
	defer func() { f.run = before }()
	out, killed := f.bootstrap()
	if out.Failed && strings.Contains(out.Text, "there is no record") {
		out.Failed = false // it was stopped before it began
	}
	if killed || out.Failed || len(out.Undone.Kept) > 0 || len(out.Undone.Commands) > 0 {
		f.t.Fatalf("undo: killed: %v; %+v\n%s", killed, out, f.screen)
	}
	if after := f.state(); after != f.before {
		f.t.Errorf("the account is not as it was before:\n%s\nit was:\n%s", after, f.before)
	}
	if left, _ := filepath.Glob(filepath.Join(f.run.Paths.State, "bootstrap-*.json")); len(left) > 0 {
		f.t.Errorf("left behind: %v", left)
	}
	if text, err := os.ReadFile(f.run.Paths.Config); err == nil && strings.Contains(string(text), "[profile admin]") {
		f.t.Errorf("the profile is still there:\n%s", text)
	}
}
