// Package brokertest is a world for tests of broker and of the packages above it:
// a machine with a key in an encrypted file, a profile, and an AWS of its own.
package brokertest

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

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/paths"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/sts"
	"github.com/awsbroker/awsbroker/internal/target"
)

// World is a machine with phoebe's key in an encrypted file, a profile admin,
// and an AWS of its own. Each broker of it is as if in a new process.
type World struct {
	T        *testing.T
	AWS      *fakeaws.Standard
	Paths    paths.Paths
	Sessions string   // the directory
	Sealing  []byte   // the key of the sessions
	given    []string // codes
	Told     *Person  // in the present run
	Refuse   string   // the person says no to texts with this in them
}

// Person is all that a run told a person, who says yes, but for one thing.
type Person struct {
	Lines  []string
	refuse string // the person says no to texts with this in them; empty: to nothing
}

func (s *Person) Step(text string) { s.Lines = append(s.Lines, text) }
func (s *Person) Warn(text string) { s.Lines = append(s.Lines, "warning: "+text) }
func (s *Person) Debug(string)     {}

func (s *Person) Waiting(what string, _ time.Duration) func() {
	s.Step("waiting " + what)
	return func() {}
}

func (s *Person) Confirm(_ context.Context, _ *broker.Asker, text, _ string) error {
	s.Lines = append(s.Lines, text)
	if s.refuse != "" && strings.Contains(text, s.refuse) {
		return broker.ErrDeclined
	}
	return nil
}

// Stretch makes a wait long enough for the race detector, if that is on.
func Stretch(d time.Duration) time.Duration {
	if RaceDetector {
		return 5 * d
	}
	return d
}

// SetEnvironment makes the environment that of nobody, with the passphrase of
// the encrypted file, which is cheap to open. It is not done by t.Setenv, so that tests may be parallel:
// it is the same for all.
var SetEnvironment = sync.OnceFunc(func() {
	for _, variable := range os.Environ() {
		if name, _, _ := strings.Cut(variable, "="); strings.HasPrefix(name, "AWS_") { // a bundle of authorities is read for each client
			os.Unsetenv(name)
		}
	}
	os.Setenv("AWSBROKER_FILE_PASSPHRASE", "canary-passphrase-of-rotate")
})

func init() { keystore.TestOnlyRounds() } // also in the processes that tests start of themselves

// NewWorld makes a world, which goes with the test.
func NewWorld(t *testing.T) *World {
	t.Helper()
	if RaceDetector && testing.Short() {
		t.Skip("opening the encrypted file takes seconds under the race detector: make test, or -race without -short")
	}
	SetEnvironment()
	dir := t.TempDir()
	m := &World{T: t, AWS: fakeaws.NewStandard(), Sessions: filepath.Join(dir, "sessions"), Sealing: make([]byte, 32), Told: &Person{}}
	_, _ = rand.Read(m.Sealing)
	m.Paths = paths.Paths{
		Config: filepath.Join(dir, "config"), Credentials: filepath.Join(dir, "credentials"),
		State: filepath.Join(dir, "state"), Data: filepath.Join(dir, "data"), Cache: filepath.Join(dir, "cache"),
	}
	if err := os.Mkdir(m.Sessions, 0o700); err != nil {
		t.Fatal(err)
	}
	if _, err := m.AWS.Server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(m.AWS.Server.Close)
	m.AddProfile("admin", m.AWS.Role.ARN(), m.AWS.Device.Serial)
	m.PutKey(m.AWS.Key)
	return m
}

// AddProfile writes a profile of phoebe's key with more lines.
func (m *World) AddProfile(name, role, serial string, more ...string) {
	m.T.Helper()
	// A command, for there is no terminal: it prints the code of the step.
	text := fmt.Sprintf("[profile %s]\nregion = eu-central-1\nendpoint_url = %s\nawsbroker_key = phoebe\n", name, m.AWS.Server.URL())
	if role != "" {
		text += "awsbroker_role_arn = " + role + "\n"
	}
	if serial != "" {
		text += "awsbroker_mfa_serial = " + serial + "\n"
	}
	before, _ := os.ReadFile(m.Paths.Config)
	if err := os.WriteFile(m.Paths.Config, []byte(string(before)+text+strings.Join(more, "\n")+"\n"), 0o600); err != nil {
		m.T.Fatal(err)
	}
}

// PutKey puts a key into the keychain as phoebe.
func (m *World) PutKey(key *fakeaws.AccessKey) {
	m.T.Helper()
	b := m.NewBroker()
	store, _, err := keystore.Choose(m.T.Context(), b.KeystoreOptions(b.NewAsker(nil)))
	if err == nil {
		err = store.Set(m.T.Context(), "phoebe", m.Credentials(key), keystore.KeyInfo{ARN: m.AWS.User.ARN()})
	}
	if err != nil {
		m.T.Fatal(err)
	}
}

// Credentials are those of a key.
func (m *World) Credentials(key *fakeaws.AccessKey) credential.Credentials {
	return credential.Credentials{AccessKeyID: key.ID, SecretAccessKey: credential.NewSecret(key.Secret)}
}

// OpenCache is where sessions are kept.
func (m *World) OpenCache() *session.Cache {
	m.T.Helper()
	cache, err := session.New(m.Sessions, m.Sealing)
	if err != nil {
		m.T.Fatal(err)
	}
	return cache
}

// NewBroker is a new process.
func (m *World) NewBroker() *broker.Broker {
	m.T.Helper()
	m.Told.refuse = m.Refuse
	b := &broker.Broker{Paths: m.Paths, Keystore: keystore.File, Started: time.Now(), Limits: broker.PersonLimits, Report: m.Told}
	b.TestOnlySessions(m.OpenCache(), m.Sessions)
	return b
}

// NextCode is one that AWS takes.
func (m *World) NextCode() credential.Secret {
	for range 4 {
		d := m.AWS.Device // not its code of the step before, which may be over in a moment
		if code, ok := d.FreshCode(); ok && (code == d.Code() || code == d.NextCode()) && !slices.Contains(m.given, code) {
			m.given = append(m.given, code)
			return credential.NewSecret(code)
		}
		m.AWS.Device.RunAhead()
	}
	m.T.Fatal("no fresh code")
	return credential.Secret{}
}

// Login leaves a session of a profile in the cache.
func (m *World) Login(profile string) session.Session {
	m.T.Helper()
	b := m.NewBroker()
	b.Code = m.NextCode()
	s, err := b.Session(m.T.Context(), profile, broker.Want{Fresh: true})
	if err != nil {
		m.T.Fatal(err)
	}
	return s
}

// OpenKeystore opens the keychain.
func (m *World) OpenKeystore() *keystore.Store {
	m.T.Helper()
	b := m.NewBroker()
	store, err := keystore.Open(m.T.Context(), b.KeystoreOptions(b.NewAsker(nil)))
	if err != nil {
		m.T.Fatal(err)
	}
	return store
}

// StoredKey is the key in the keychain.
func (m *World) StoredKey() credential.Credentials {
	m.T.Helper()
	key, err := m.OpenKeystore().Get(m.T.Context(), "phoebe")
	if err != nil {
		m.T.Fatal(err)
	}
	return key
}

// ActiveKeys are the ids of the user's keys in AWS: the active ones, and all.
func (m *World) ActiveKeys() (active, all []string) {
	for _, k := range m.AWS.User.AccessKeys() {
		all = append(all, k.ID)
		if k.Status == "Active" {
			active = append(active, k.ID)
		}
	}
	return active, all
}

// WantWorking holds that the keychain has a key that AWS takes.
func (m *World) WantWorking() string {
	m.T.Helper()
	key := m.StoredKey()
	client, err := sts.New(m.Target("admin").Endpoint)
	if err != nil {
		m.T.Fatal(err)
	}
	if _, err := client.CallerIdentity(m.T.Context(), key); err != nil {
		m.T.Fatalf("the key in the keychain does not work: %v", err)
	}
	return key.AccessKeyID
}

// Target of a profile.
func (m *World) Target(profile string) *target.Target {
	m.T.Helper()
	t, err := m.NewBroker().Target(profile)
	if err != nil {
		m.T.Fatal(err)
	}
	return t
}

// WalkFiles shows the contents of every file under a directory.
func WalkFiles(dir string, see func(path string, data []byte)) error {
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		see(path, data)
		return err
	})
}

// CountCalls says how often AWS was asked for something.
func (m *World) CountCalls(action string) int { return len(m.AWS.Server.Calls(action)) }

// CountCodes is how many calls had a code in them.
func (m *World) CountCodes() int {
	n := 0
	for _, action := range []string{"AssumeRole", "GetSessionToken"} {
		for _, c := range m.AWS.Server.Calls(action) {
			if c.CodeSent {
				n++
			}
		}
	}
	return n
}

// AllowKeys lets phoebe's user itself manage its keys; with MFA only, if so wanted.
func (m *World) AllowKeys(mfa bool) {
	m.T.Helper()
	condition := ""
	if mfa {
		condition = `,"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`
	}
	err := m.AWS.User.PutPolicy("self-service", fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow",`+
		`"Action":["iam:*AccessKey*"],"Resource":%q%s}]}`, m.AWS.User.ARN(), condition))
	if err != nil {
		m.T.Fatal(err)
	}
}

// Shown is all that the present run has told the person.
func (m *World) Shown() string { return strings.Join(m.Told.Lines, "\n") }

// WantFailed holds that err is a failure that says something, in its message or
// its hints.
func WantFailed(t *testing.T, err error, reason failure.Reason, says string) *failure.Error {
	t.Helper()
	var f *failure.Error
	if !errors.As(err, &f) || f.Reason != reason || !strings.Contains(f.Message+"\n"+strings.Join(f.Hints, "\n"), says) {
		t.Fatalf("%+v, want a failure of kind %d that says %q", err, reason, says)
	}
	return f
}

// PointAtStandIn makes every profile ask another AWS, which takes phoebe's key for
// that of an administrator dev in another account.
func (m *World) PointAtStandIn() *fakeaws.Server {
	m.T.Helper()
	other := fakeaws.New()
	url, err := other.Start()
	if err != nil {
		m.T.Fatal(err)
	}
	m.T.Cleanup(other.Close)
	dev := other.AddAccount("999999999999").AddUser("dev")
	dev.ImportAccessKey(m.AWS.Key.ID, m.AWS.Key.Secret)
	if err := dev.PutPolicy("all", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`); err != nil {
		m.T.Fatal(err)
	}
	config, err := os.ReadFile(m.Paths.Config)
	if err == nil {
		err = os.WriteFile(m.Paths.Config, []byte(strings.ReplaceAll(string(config), m.AWS.Server.URL(), url)), 0o600)
	}
	if err != nil {
		m.T.Fatal(err)
	}
	return other
}

// WantStoppedAtStandIn holds that a run ended in err without a change: the key is
// still in the keychain, and neither AWS was asked for one.
func (m *World) WantStoppedAtStandIn(other *fakeaws.Server, err error) {
	m.T.Helper()
	WantFailed(m.T, err, failure.Other, "is recorded as "+m.AWS.User.ARN()+", but the address "+other.URL()+" says that it belongs to arn:aws:iam::999999999999:user/dev")
	WantFailed(m.T, err, failure.Other, "awsbroker add phoebe --replace")
	if m.StoredKey().AccessKeyID != m.AWS.Key.ID {
		m.T.Error("another key is in the keychain")
	}
	for _, server := range []*fakeaws.Server{other, m.AWS.Server} {
		for _, c := range server.Calls("") {
			if strings.HasSuffix(c.Action, "AccessKey") || strings.HasPrefix(c.Action, "Put") {
				m.T.Errorf("%s was called", c.Action)
			}
		}
	}
}

// AddRole makes a role that phoebe may assume, and a profile for it.
func (m *World) AddRole(name string, most time.Duration, more ...string) *fakeaws.Role {
	m.T.Helper()
	role, err := m.AWS.AddRole(name, most)
	if err != nil {
		m.T.Fatal(err)
	}
	m.AddProfile(name, role.ARN(), m.AWS.Device.Serial, more...)
	return role
}

// CodesFromCommand is a line for a profile: a command gives n codes, one a
// run, and then fails.
func (m *World) CodesFromCommand(n int) string {
	m.T.Helper()
	file := filepath.Join(m.T.TempDir(), "codes")
	var codes strings.Builder
	for range n {
		codes.WriteString(m.NextCode().Reveal() + "\n")
	}
	if err := os.WriteFile(file, []byte(codes.String()), 0o600); err != nil {
		m.T.Fatal(err)
	}
	return fmt.Sprintf("awsbroker_mfa_process = test -s %[1]s && head -n 1 %[1]s && sed -i 1d %[1]s", file)
}

// WantCalls holds how often AWS was asked, and how often with a code.
func (m *World) WantCalls(sessionTokens, assumeRoles, coded int) {
	m.T.Helper()
	if s, a, c := m.CountCalls("GetSessionToken"), m.CountCalls("AssumeRole"), m.CountCodes(); s != sessionTokens || a != assumeRoles || c != coded {
		m.T.Fatalf("%d times GetSessionToken, %d times AssumeRole, %d codes; want %d, %d, %d\n%s", s, a, c, sessionTokens, assumeRoles, coded, m.Shown())
	}
	if again := m.AWS.Server.RepeatedCodes(); len(again) > 0 {
		m.T.Errorf("a code was sent twice: %+v", again)
	}
}

// WantNoQuestion gets a session where nobody can be asked.
func (m *World) WantNoQuestion(profile string) {
	m.T.Helper()
	if _, err := m.NewBroker().Session(m.T.Context(), profile, broker.Want{}); err != nil {
		m.T.Fatalf("%s: %v", profile, err)
	}
}

// WantNobodyToAsk holds that a session of the profile takes a person.
func (m *World) WantNobodyToAsk(profile string) {
	m.T.Helper()
	_, err := m.NewBroker().Session(m.T.Context(), profile, broker.Want{})
	WantFailed(m.T, err, failure.NeedPerson, "awsbroker login --profile")
}

// SetTrust replaces a role's trust policy.
func (m *World) SetTrust(role, condition string) {
	m.T.Helper()
	_, err := m.AWS.Account.AddRole(role, fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow",`+
		`"Principal":{"AWS":%q},"Action":"sts:AssumeRole",%s}]}`, m.AWS.Account.ID, condition))
	if err != nil {
		m.T.Fatal(err)
	}
}

// AllowRevoke lets phoebe's user itself do all that revoke takes.
func (m *World) AllowRevoke(mfa bool) {
	m.T.Helper()
	condition := ""
	if mfa {
		condition = `,"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`
	}
	for name, policy := range map[string]string{
		"keys": fmt.Sprintf(`"Action":["iam:*AccessKey*","iam:*UserPolicy"],"Resource":%q`, m.AWS.User.ARN()),
		"role": fmt.Sprintf(`"Action":"iam:*RolePolicy","Resource":%q`, m.AWS.Role.ARN()),
	} {
		if err := m.AWS.User.PutPolicy(name, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",`+policy+condition+`}]}`); err != nil {
			m.T.Fatal(err)
		}
	}
}

type killed struct{}

// ErrKilled is what a run that was killed came to.
var ErrKilled = errors.New("killed")

// CatchKill makes errKilled of a panic with killed, after which nothing of the
// run happens. It is to be deferred.
func CatchKill(err *error) {
	if e := recover(); e == (killed{}) {
		*err = ErrKilled
	} else if e != nil {
		panic(e)
	}
}

// StopAt makes the hook do something at one boundary.
func StopAt(boundary string, do func() error) func(when, step string) error {
	n := map[string]int{}
	return func(when, step string) error {
		place := when + " " + step
		n[place]++
		if fmt.Sprintf("%s %d", place, n[place]) == boundary {
			return do()
		}
		return nil
	}
}

// Kill ends a run as a kill does, if [CatchKill] was deferred.
func Kill() error { panic(killed{}) }

// TakeSome the cases, where time is short; the race detector makes the
// passphrase of the keystore ten times as dear.
func TakeSome[T any](all []T) []T {
	if !testing.Short() && !RaceDetector {
		return all
	}
	var few []T
	for i := 0; i < len(all); i += 7 {
		few = append(few, all[i])
	}
	return few
}

// ReadAll is what directories hold.
func ReadAll(t *testing.T, dirs ...string) string {
	t.Helper()
	var b strings.Builder
	for _, dir := range dirs {
		if err := WalkFiles(dir, func(path string, data []byte) {
			if !strings.HasSuffix(path, ".lock") {
				b.WriteString(path + "\n" + string(data))
			}
		}); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}
