// Package brokertest is a world for tests of broker and of the packages above it:
// a machine with a key in an encrypted file, a profile, and an AWS of its own.
package brokertest

import (
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/paths"
	"github.com/awsbroker/awsbroker/internal/session"
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

// Target of a profile.
func (m *World) Target(profile string) *target.Target {
	m.T.Helper()
	t, err := m.NewBroker().Target(profile)
	if err != nil {
		m.T.Fatal(err)
	}
	return t
}

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
