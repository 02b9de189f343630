package broker

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/paths"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/sts"
)

// rotating is a machine with phoebe's key in an encrypted file, a profile
// admin, and an AWS of its own. Each run of rotate is as if in a new process.
type rotating struct {
	t        *testing.T
	aws      *fakeaws.Standard
	paths    paths.Paths
	sessions string // the directory
	sealing  []byte
	waits    rotateWaits
	given    []string // codes

	o      RotateOptions
	at     func(when, step string) error
	told   *said
	refuse string // the person says no to texts with this in them
}

// said is all that a run told a person.
type said struct{ lines []string }

// answers is a person who says yes, but for one thing.
type answers struct {
	*said
	refuse string
}

func (a answers) Step(text string) { a.lines = append(a.lines, text) }
func (a answers) Warn(text string) { a.lines = append(a.lines, "warning: "+text) }
func (a answers) Debug(string)     {}

func (a answers) Confirm(_ context.Context, text, _ string) error {
	a.lines = append(a.lines, text)
	if a.refuse != "" && strings.Contains(text, a.refuse) {
		return ErrDeclined
	}
	return nil
}

// shortWaits are those of an AWS that is quick, or of tests that have no time.
// What ends a call is long enough for a busy machine, above all with -race.
var shortWaits = rotateWaits{
	call: patient(time.Second), prove: patient(3 * time.Second), between: time.Millisecond, again: 5 * time.Millisecond,
	listing: 50 * time.Millisecond, progress: 100 * time.Millisecond,
}

func patient(d time.Duration) time.Duration {
	if raceDetector {
		return 5 * d
	}
	return d
}

var passphraseOnce sync.Once

func newRotating(t *testing.T) *rotating {
	t.Helper()
	if raceDetector && testing.Short() {
		t.Skip("opening the encrypted file takes seconds under the race detector: make test, or -race without -short")
	}
	// Not t.Setenv, so that tests may be parallel: it is the same for all.
	passphraseOnce.Do(func() {
		os.Setenv("AWSBROKER_FILE_PASSPHRASE", "canary-passphrase-of-rotate")
		for _, name := range []string{"AWS_PROFILE", "AWS_REGION", "AWS_ENDPOINT_URL", "AWS_ENDPOINT_URL_STS", "AWS_ENDPOINT_URL_IAM"} {
			os.Unsetenv(name)
		}
	})
	dir := t.TempDir()
	m := &rotating{t: t, aws: fakeaws.NewStandard(), sessions: filepath.Join(dir, "sessions"), sealing: make([]byte, 32), waits: shortWaits, told: &said{}}
	_, _ = rand.Read(m.sealing)
	m.paths = paths.Paths{
		Config: filepath.Join(dir, "config"), Credentials: filepath.Join(dir, "credentials"),
		State: filepath.Join(dir, "state"), Data: filepath.Join(dir, "data"), Cache: filepath.Join(dir, "cache"),
	}
	if err := os.Mkdir(m.sessions, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := m.aws.Server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.aws.Server.Close)
	m.profile("admin", m.aws.Role.ARN(), m.aws.Device.Serial)
	m.put(m.aws.Key)
	return m
}

func (m *rotating) profile(name, role, serial string, more ...string) {
	m.t.Helper()
	// A command, for there is no terminal: it prints the code of the step.
	text := fmt.Sprintf("[profile %s]\nregion = eu-central-1\nendpoint_url = %s\nawsbroker_key = phoebe\n", name, m.aws.Server.URL())
	if role != "" {
		text += "awsbroker_role_arn = " + role + "\n"
	}
	if serial != "" {
		text += "awsbroker_mfa_serial = " + serial + "\n"
	}
	before, _ := os.ReadFile(m.paths.Config)
	if err := os.WriteFile(m.paths.Config, []byte(string(before)+text+strings.Join(more, "\n")+"\n"), 0o600); err != nil {
		m.t.Fatal(err)
	}
}

func (m *rotating) put(key *fakeaws.AccessKey) {
	m.t.Helper()
	store, _, err := keystore.Choose(m.t.Context(), m.broker().keystoreOptions(&asker{Broker: m.broker()}))
	if err == nil {
		err = store.Set(m.t.Context(), "phoebe", m.credentials(key), keystore.KeyInfo{ARN: m.aws.User.ARN()})
	}
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m *rotating) credentials(key *fakeaws.AccessKey) credential.Credentials {
	return credential.Credentials{AccessKeyID: key.ID, SecretAccessKey: credential.NewSecret(key.Secret)}
}

// broker is a new process.
func (m *rotating) broker() *Broker {
	cache, err := session.New(m.sessions, m.sealing)
	if err != nil {
		m.t.Fatal(err)
	}
	return &Broker{
		Paths: m.paths, Keystore: keystore.File, Started: time.Now(), Limits: PersonLimits, Report: answers{m.told, m.refuse},
		opened: true, sessions: cache, dir: m.sessions,
	}
}

// code is one that AWS takes.
func (m *rotating) code() credential.Secret {
	for range 4 {
		d := m.aws.Device // not its code of the step before, which may be over in a moment
		if code, ok := d.FreshCode(); ok && (code == d.Code() || code == d.NextCode()) && !slices.Contains(m.given, code) {
			m.given = append(m.given, code)
			return credential.NewSecret(code)
		}
		m.aws.Device.RunAhead()
	}
	m.t.Fatal("no fresh code")
	return credential.Secret{}
}

// login leaves a session of a profile in the cache.
func (m *rotating) login(profile string) session.Session {
	m.t.Helper()
	b := m.broker()
	b.Code = m.code()
	s, err := b.Session(m.t.Context(), profile, Want{Fresh: true})
	if err != nil {
		m.t.Fatal(err)
	}
	return s
}

type killed struct{}

// rotate runs once. A panic with killed in the hook is a kill: nothing after
// it happens.
func (m *rotating) rotate() (out Rotated, err error) {
	m.t.Helper()
	return m.rotateIn(m.t.Context())
}

var errKilled = errors.New("killed")

func (m *rotating) rotateIn(ctx context.Context) (out Rotated, err error) {
	defer func() {
		if e := recover(); e == (killed{}) {
			err = errKilled
		} else if e != nil {
			panic(e)
		}
	}()
	m.told = &said{}
	b := m.broker()
	b.Code = m.code()
	r, err := b.newRotation(ctx, m.o)
	if err != nil {
		return out, err
	}
	defer r.asker.close()
	r.waits, r.at = m.waits, m.at
	return r.run(ctx)
}

// stored is the key in the keychain.
func (m *rotating) stored() credential.Credentials {
	m.t.Helper()
	store, err := keystore.Open(m.t.Context(), m.broker().keystoreOptions(&asker{Broker: m.broker()}))
	if err != nil {
		m.t.Fatal(err)
	}
	key, err := store.Get(m.t.Context(), "phoebe")
	if err != nil {
		m.t.Fatal(err)
	}
	return key
}

func (m *rotating) active() (active, all []string) {
	for _, k := range m.aws.User.AccessKeys() {
		all = append(all, k.ID)
		if k.Status == "Active" {
			active = append(active, k.ID)
		}
	}
	return active, all
}

// wantWorking holds that the keychain has a key that AWS takes.
func (m *rotating) wantWorking() string {
	m.t.Helper()
	key := m.stored()
	client, err := sts.New(m.target("admin").Endpoint)
	if err != nil {
		m.t.Fatal(err)
	}
	if _, err := client.CallerIdentity(m.t.Context(), key); err != nil {
		m.t.Fatalf("the key in the keychain does not work: %v", err)
	}
	return key.AccessKeyID
}

func (m *rotating) target(profile string) *Target {
	m.t.Helper()
	t, err := m.broker().Target(profile)
	if err != nil {
		m.t.Fatal(err)
	}
	return t
}

// wantDone holds what has to be true after a rotation, however it went: one
// key, in the keychain and on record, working, and no trace left.
func (m *rotating) wantDone(not string) {
	m.t.Helper()
	id := m.wantWorking()
	active, all := m.active()
	if len(active) != 1 || active[0] != id || len(all) != 1 || id == not {
		m.t.Fatalf("keychain: %s; active in AWS: %v, all: %v; before: %s\n%s", id, active, all, not, strings.Join(m.told.lines, "\n"))
	}
	record, err := keystore.ReadRecord(m.paths.KeystoreFile())
	if info := record.Keys["phoebe"]; err != nil || info.AccessKeyID != id || info.Rotated.IsZero() || info.ARN != m.aws.User.ARN() {
		m.t.Errorf("record: %+v, %v", info, err)
	}
	if left, _ := filepath.Glob(filepath.Join(m.paths.State, "rotation-*")); len(left) > 0 {
		m.t.Errorf("left behind: %v", left)
	}
	store, err := keystore.Open(m.t.Context(), m.broker().keystoreOptions(&asker{Broker: m.broker()}))
	if err != nil {
		m.t.Fatal(err)
	}
	if _, err := store.GetItem(m.t.Context(), pendingItem("phoebe")); !errors.Is(err, keystore.ErrNotFound) {
		m.t.Errorf("the pending key is still there: %v", err)
	}
	if again := m.aws.Server.RepeatedCodes(); len(again) > 0 {
		m.t.Errorf("a code was sent twice: %+v", again)
	}
}

func fsWalk(dir string, see func(path string, data []byte)) error {
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		see(path, data)
		return err
	})
}

func (m *rotating) calls(action string) int { return len(m.aws.Server.Calls(action)) }

// coded is how many calls had a code in them.
func (m *rotating) coded() int {
	n := 0
	for _, action := range []string{"AssumeRole", "GetSessionToken"} {
		for _, c := range m.aws.Server.Calls(action) {
			if c.CodeSent {
				n++
			}
		}
	}
	return n
}

// allow lets phoebe's user itself manage its keys; with MFA only, if so wanted.
func (m *rotating) allow(mfa bool) {
	m.t.Helper()
	condition := ""
	if mfa {
		condition = `,"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`
	}
	err := m.aws.User.PutPolicy("self-service", fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow",`+
		`"Action":["iam:*AccessKey*"],"Resource":%q%s}]}`, m.aws.User.ARN(), condition))
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m *rotating) shown() string { return strings.Join(m.told.lines, "\n") }

func wantFailed(t *testing.T, err error, reason Reason, says string) *Failure {
	t.Helper()
	var f *Failure
	if !errors.As(err, &f) || f.Reason != reason || !strings.Contains(f.Message+"\n"+strings.Join(f.Hints, "\n"), says) {
		t.Fatalf("%+v, want a failure of kind %d that says %q", err, reason, says)
	}
	return f
}

func TestRotateThroughTheRole(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	old := m.aws.Key.ID
	out, err := m.rotate()
	if err != nil {
		t.Fatalf("%+v\n%s", err, m.shown())
	}
	m.wantDone(old)
	if out.Old != old || out.New != m.stored().AccessKeyID || out.Resumed || out.OldKept {
		t.Errorf("%+v", out)
	}
	if m.coded() != 1 {
		t.Errorf("%d codes", m.coded())
	}
	// What the code was given for is there for everybody.
	if _, err := m.broker().Session(t.Context(), "admin", Want{}); err != nil || m.coded() != 1 {
		t.Errorf("%v, %d codes", err, m.coded())
	}
	t.Log("\n" + m.shown())
	// The next one needs none.
	second := m.stored().AccessKeyID
	if _, err := m.rotate(); err != nil || m.coded() != 1 {
		t.Errorf("%v, %d codes", err, m.coded())
	}
	m.wantDone(second)
	t.Log("\n" + m.shown())
}

func TestRotateByTheUserItself(t *testing.T) {
	t.Parallel()
	for name, mfa := range map[string]bool{"directly": false, "with MFA": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newRotating(t)
			m.allow(mfa)
			if _, err := m.rotate(); err != nil {
				t.Fatalf("%+v\n%s", err, m.shown())
			}
			t.Log("\n" + m.shown())
			want := 0
			if mfa {
				want = 1
			}
			if m.coded() != want || m.calls("AssumeRole") != 0 {
				t.Errorf("%d codes, %d roles", m.coded(), m.calls("AssumeRole"))
			}
			m.wantDone(m.aws.Key.ID)
		})
	}
}

func TestRotateDenied(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	m.aws.Role.DetachPolicy("arn:aws:iam::aws:policy/AdministratorAccess")
	_, err := m.rotate()
	f := wantFailed(t, err, Refused, `"Resource":"`+m.aws.User.ARN()+`"`)
	t.Logf("%s\n%s", f.Message, strings.Join(f.Hints, "\n"))
	if m.calls("CreateAccessKey") != 0 || m.coded() != 1 {
		t.Errorf("%d keys were asked for, %d codes", m.calls("CreateAccessKey"), m.coded())
	}
	if active, _ := m.active(); !slices.Equal(active, []string{m.aws.Key.ID}) || m.wantWorking() != m.aws.Key.ID {
		t.Errorf("active: %v", active)
	}
	if left, _ := filepath.Glob(filepath.Join(m.paths.State, "rotation-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
