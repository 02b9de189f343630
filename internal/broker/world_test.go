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

// world is a machine with phoebe's key in an encrypted file, a profile admin,
// and an AWS of its own. Each broker of it is as if in a new process.
type world struct {
	t        *testing.T
	aws      *fakeaws.Standard
	paths    paths.Paths
	sessions string // the directory
	sealing  []byte
	given    []string // codes
	told     *person  // in the present run
	refuse   string   // the person says no to texts with this in them
}

// person is all that a run told a person, who says yes, but for one thing.
type person struct {
	lines  []string
	refuse string // the person says no to texts with this in them; empty: to nothing
}

func (s *person) Step(text string) { s.lines = append(s.lines, text) }
func (s *person) Warn(text string) { s.lines = append(s.lines, "warning: "+text) }
func (s *person) Debug(string)     {}

func (s *person) Confirm(_ context.Context, text, _ string) error {
	s.lines = append(s.lines, text)
	if s.refuse != "" && strings.Contains(text, s.refuse) {
		return ErrDeclined
	}
	return nil
}

func stretch(d time.Duration) time.Duration {
	if raceDetector {
		return 5 * d
	}
	return d
}

var passphraseOnce sync.Once

func newWorld(t *testing.T) *world {
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
	m := &world{t: t, aws: fakeaws.NewStandard(), sessions: filepath.Join(dir, "sessions"), sealing: make([]byte, 32), told: &person{}}
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

func (m *world) profile(name, role, serial string, more ...string) {
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

func (m *world) put(key *fakeaws.AccessKey) {
	m.t.Helper()
	b := m.broker()
	store, _, err := keystore.Choose(m.t.Context(), b.keystoreOptions(b.newAsker()))
	if err == nil {
		err = store.Set(m.t.Context(), "phoebe", m.credentials(key), keystore.KeyInfo{ARN: m.aws.User.ARN()})
	}
	if err != nil {
		m.t.Fatal(err)
	}
}

func (m *world) credentials(key *fakeaws.AccessKey) credential.Credentials {
	return credential.Credentials{AccessKeyID: key.ID, SecretAccessKey: credential.NewSecret(key.Secret)}
}

// cache is where sessions are kept.
func (m *world) cache() *session.Cache {
	m.t.Helper()
	cache, err := session.New(m.sessions, m.sealing)
	if err != nil {
		m.t.Fatal(err)
	}
	return cache
}

// broker is a new process.
func (m *world) broker() *Broker {
	m.t.Helper()
	m.told.refuse = m.refuse
	b := &Broker{Paths: m.paths, Keystore: keystore.File, Started: time.Now(), Limits: PersonLimits, Report: m.told}
	b.TestOnlySessions(m.cache(), m.sessions)
	return b
}

// code is one that AWS takes.
func (m *world) code() credential.Secret {
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
func (m *world) login(profile string) session.Session {
	m.t.Helper()
	b := m.broker()
	b.Code = m.code()
	s, err := b.Session(m.t.Context(), profile, Want{Fresh: true})
	if err != nil {
		m.t.Fatal(err)
	}
	return s
}

// keystore opens the keychain.
func (m *world) keystore() *keystore.Store {
	m.t.Helper()
	b := m.broker()
	store, err := keystore.Open(m.t.Context(), b.keystoreOptions(b.newAsker()))
	if err != nil {
		m.t.Fatal(err)
	}
	return store
}

// stored is the key in the keychain.
func (m *world) stored() credential.Credentials {
	m.t.Helper()
	key, err := m.keystore().Get(m.t.Context(), "phoebe")
	if err != nil {
		m.t.Fatal(err)
	}
	return key
}

func (m *world) active() (active, all []string) {
	for _, k := range m.aws.User.AccessKeys() {
		all = append(all, k.ID)
		if k.Status == "Active" {
			active = append(active, k.ID)
		}
	}
	return active, all
}

// wantWorking holds that the keychain has a key that AWS takes.
func (m *world) wantWorking() string {
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

func (m *world) target(profile string) *Target {
	m.t.Helper()
	t, err := m.broker().Target(profile)
	if err != nil {
		m.t.Fatal(err)
	}
	return t
}

func walkFiles(dir string, see func(path string, data []byte)) error {
	return filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || !e.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		see(path, data)
		return err
	})
}

func (m *world) calls(action string) int { return len(m.aws.Server.Calls(action)) }

// coded is how many calls had a code in them.
func (m *world) coded() int {
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
func (m *world) allow(mfa bool) {
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

func (m *world) shown() string { return strings.Join(m.told.lines, "\n") }

func wantFailed(t *testing.T, err error, reason Reason, says string) *Failure {
	t.Helper()
	var f *Failure
	if !errors.As(err, &f) || f.Reason != reason || !strings.Contains(f.Message+"\n"+strings.Join(f.Hints, "\n"), says) {
		t.Fatalf("%+v, want a failure of kind %d that says %q", err, reason, says)
	}
	return f
}

// role makes a role that phoebe may assume, and a profile for it.
func (m *world) role(name string, most time.Duration, more ...string) *fakeaws.Role {
	m.t.Helper()
	role, err := m.aws.AddRole(name, most)
	if err != nil {
		m.t.Fatal(err)
	}
	m.profile(name, role.ARN(), m.aws.Device.Serial, more...)
	return role
}

// codesFromCommand is a line for a profile: a command gives n codes, one a
// run, and then fails.
func (m *world) codesFromCommand(n int) string {
	m.t.Helper()
	file := filepath.Join(m.t.TempDir(), "codes")
	var codes strings.Builder
	for range n {
		codes.WriteString(m.code().Reveal() + "\n")
	}
	if err := os.WriteFile(file, []byte(codes.String()), 0o600); err != nil {
		m.t.Fatal(err)
	}
	return fmt.Sprintf("awsbroker_mfa_process = test -s %[1]s && head -n 1 %[1]s && sed -i 1d %[1]s", file)
}

// wantCalls holds how often AWS was asked, and how often with a code.
func (m *world) wantCalls(sessionTokens, assumeRoles, coded int) {
	m.t.Helper()
	if s, a, c := m.calls("GetSessionToken"), m.calls("AssumeRole"), m.coded(); s != sessionTokens || a != assumeRoles || c != coded {
		m.t.Fatalf("%d times GetSessionToken, %d times AssumeRole, %d codes; want %d, %d, %d\n%s", s, a, c, sessionTokens, assumeRoles, coded, m.shown())
	}
	if again := m.aws.Server.RepeatedCodes(); len(again) > 0 {
		m.t.Errorf("a code was sent twice: %+v", again)
	}
}

// wantNoQuestion gets a session where nobody can be asked.
func (m *world) wantNoQuestion(profile string) {
	m.t.Helper()
	if _, err := m.broker().Session(m.t.Context(), profile, Want{}); err != nil {
		m.t.Fatalf("%s: %v", profile, err)
	}
}

func (m *world) wantNobodyToAsk(profile string) {
	m.t.Helper()
	_, err := m.broker().Session(m.t.Context(), profile, Want{})
	wantFailed(m.t, err, NeedPerson, "awsbroker login --profile")
}

// trust replaces a role's trust policy.
func (m *world) trust(role, condition string) {
	m.t.Helper()
	_, err := m.aws.Account.AddRole(role, fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow",`+
		`"Principal":{"AWS":%q},"Action":"sts:AssumeRole",%s}]}`, m.aws.Account.ID, condition))
	if err != nil {
		m.t.Fatal(err)
	}
}

// selfService lets phoebe's user itself do all that revoke takes.
func (m *world) selfService(mfa bool) {
	m.t.Helper()
	condition := ""
	if mfa {
		condition = `,"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`
	}
	for name, policy := range map[string]string{
		"keys": fmt.Sprintf(`"Action":["iam:*AccessKey*","iam:*UserPolicy"],"Resource":%q`, m.aws.User.ARN()),
		"role": fmt.Sprintf(`"Action":"iam:*RolePolicy","Resource":%q`, m.aws.Role.ARN()),
	} {
		if err := m.aws.User.PutPolicy(name, `{"Version":"2012-10-17","Statement":[{"Effect":"Allow",`+policy+condition+`}]}`); err != nil {
			m.t.Fatal(err)
		}
	}
}

type killed struct{}

// errKilled is what a run that was killed came to.
var errKilled = errors.New("killed")

// catchKill makes errKilled of a panic with killed, after which nothing of the
// run happens. It is to be deferred.
func catchKill(err *error) {
	if e := recover(); e == (killed{}) {
		*err = errKilled
	} else if e != nil {
		panic(e)
	}
}

// stopAt makes the hook do something at one boundary.
func stopAt(boundary string, do func() error) func(when, step string) error {
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

func kill() error { panic(killed{}) }

// takeSome the cases, where time is short; the race detector makes the
// passphrase of the keystore ten times as dear.
func takeSome[T any](all []T) []T {
	if !testing.Short() && !raceDetector {
		return all
	}
	var few []T
	for i := 0; i < len(all); i += 7 {
		few = append(few, all[i])
	}
	return few
}

// readAll is what directories hold.
func readAll(t *testing.T, dirs ...string) string {
	t.Helper()
	var b strings.Builder
	for _, dir := range dirs {
		if err := walkFiles(dir, func(path string, data []byte) {
			if !strings.HasSuffix(path, ".lock") {
				b.WriteString(path + "\n" + string(data))
			}
		}); err != nil {
			t.Fatal(err)
		}
	}
	return b.String()
}
