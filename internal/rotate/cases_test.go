package rotate

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/brokertest"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/target"
)

func TestRotateKeepOld(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	m.o.KeepOld = true
	// What was wished for holds for the run that finishes it, too.
	m.at = brokertest.StopAt("before deactivate 1", brokertest.Kill)
	if _, err := m.rotate(); !errors.Is(err, brokertest.ErrKilled) {
		t.Fatal(err)
	}
	m.o, m.at = Options{}, nil
	out, err := m.rotate()
	if err != nil || !out.Resumed || !out.OldKept {
		t.Fatalf("%+v %v", out, err)
	}
	active, all := m.ActiveKeys()
	if len(all) != 2 || !slices.Equal(active, []string{m.WantWorking()}) || !slices.Contains(all, m.AWS.Key.ID) {
		t.Errorf("active %v of %v", active, all)
	}
	// The next one makes room: the kept key is inactive, and --yes is enough.
	m.o.Yes = true
	if _, err := m.rotate(); err != nil || !strings.Contains(m.Shown(), m.AWS.Key.ID+", inactive, created ") {
		t.Fatalf("%v\n%s", err, m.Shown())
	}
	m.wantDone(m.AWS.Key.ID)
}

func TestRotateDryRun(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	m.o.DryRun = true
	for _, want := range []string{"code     awsbroker would ask for one MFA code", "code     no MFA code is needed"} {
		before := brokertest.ReadAll(t, m.Paths.State, m.Paths.Data)
		if _, err := m.rotate(); err != nil {
			t.Fatal(err)
		}
		for _, line := range []string{want, "key      phoebe, " + m.AWS.Key.ID, "user     phoebe in account 123456789012"} {
			if !strings.Contains(m.Shown(), line) {
				t.Errorf("not shown: %q\n%s", line, m.Shown())
			}
		}
		if after := brokertest.ReadAll(t, m.Paths.State, m.Paths.Data); after != before {
			t.Error("a file was changed")
		}
		m.Login("admin")
	}
	for _, action := range []string{"CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey"} {
		if m.CountCalls(action) > 0 {
			t.Errorf("%s was called", action)
		}
	}
}

func TestRotateSecondKey(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	m.Login("admin")
	second := m.AWS.User.AddAccessKey()
	second.SetCreated(time.Now().Add(-100 * 24 * time.Hour))
	m.use(second)

	m.o.Yes = true
	_, err := m.rotate()
	f := brokertest.WantFailed(t, err, failure.Other, "awsbroker never deletes an active key without asking: "+second.ID+", ACTIVE, created 100 days ago, last used ")
	if !strings.Contains(f.Hints[0], "(sts in eu-central-1)") {
		t.Error(f.Hints)
	}
	m.o.Yes = false
	m.Refuse = "already has two keys"
	_, err = m.rotate()
	brokertest.WantFailed(t, err, failure.NeedPerson, "aws iam delete-access-key --user-name phoebe --access-key-id "+second.ID)
	if m.CountCalls("CreateAccessKey")+m.CountCalls("DeleteAccessKey") != 0 {
		t.Error("something was changed")
	}
	m.Refuse = ""
	if _, err := m.rotate(); err != nil {
		t.Fatal(err)
	}
	m.wantDone(m.AWS.Key.ID)
}

// No caller notices: at every step the cached sessions of the role are served,
// without a code and without the keychain, whatever region was asked for.
func TestRotateServesAllAlong(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	want := m.Login("admin")
	elsewhere := m.NewBroker()
	elsewhere.Region, elsewhere.Code = "us-west-2", m.NextCode()
	other, err := elsewhere.Session(t.Context(), "admin", broker.Want{})
	if err != nil || other.AccessKeyID != want.AccessKeyID {
		t.Fatalf("another session elsewhere: %v", err)
	}
	asked := 0
	look := func() {
		t.Helper()
		for _, region := range []string{"", "us-west-2"} {
			b := m.NewBroker()
			b.Region = region
			s, err := b.Session(t.Context(), "admin", broker.Want{})
			if err != nil || s.AccessKeyID != want.AccessKeyID || b.InFile() {
				t.Errorf("%v, keychain opened: %v", err, b.InFile())
			}
		}
		asked++
	}
	m.at = func(when, step string) error { look(); return nil }
	if _, err := m.rotate(); err != nil {
		t.Fatal(err)
	}
	look()
	if asked < 30 || m.CountCodes() != 1 {
		t.Errorf("looked %d times, %d codes", asked, m.CountCodes())
	}
	m.wantDone(m.AWS.Key.ID)

	// It is forgotten for good: not found under the id from before.
	if err := m.Target("admin").ForgetSessions(m.OpenCache()); err != nil {
		t.Fatal(err)
	}
	if s, ok := m.Target("admin").Cached(m.OpenCache(), time.Now()); ok {
		t.Errorf("still there: %s", s.AccessKeyID)
	}
}

// While the keychain is written the record names no key. Role sessions are
// served all the same.
func TestRotateServesWhileWritten(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	want := m.Login("admin")
	path := m.Paths.KeystoreFile()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(data), `"access_key_id": "`+m.AWS.Key.ID+`"`, `"access_key_id": "", "before": "`+m.AWS.Key.ID+`"`, 1)
	if text == string(data) || os.WriteFile(path, []byte(text), 0o600) != nil {
		t.Fatal(text)
	}
	b := m.NewBroker()
	s, err := b.Session(t.Context(), "admin", broker.Want{})
	if err != nil || s.AccessKeyID != want.AccessKeyID || b.InFile() {
		t.Errorf("%v %s, keychain opened: %v", err, s.AccessKeyID, b.InFile())
	}
	// A key that somebody put in its place has no part in that.
	m.PutKey(m.AWS.User.AddAccessKey())
	record, err := keystore.ReadRecord(path)
	if err != nil || record.Keys["phoebe"].Before != "" {
		t.Errorf("%+v %v", record.Keys, err)
	}
	if _, ok := m.Target("admin").Cached(m.OpenCache(), time.Now()); ok {
		t.Error("a session of the key before is served")
	}
}

// Sessions of the key itself end with it here.
func TestRotateDropsSessionsOfTheKey(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	m.AddProfile("plain", "", m.AWS.Device.Serial)
	m.Login("admin")
	m.Login("plain")
	before := m.Target("plain")
	if _, ok := before.Cached(m.OpenCache(), time.Now()); !ok {
		t.Fatal("no session of the key")
	}
	if _, err := m.rotate(); err != nil {
		t.Fatal(err)
	}
	for _, x := range []*target.Target{before, m.Target("plain")} {
		if _, ok := x.Cached(m.OpenCache(), time.Now()); ok {
			t.Error("a session of the old key is still there")
		}
	}
}

// AWS learns slowly, and its servers not all at once.
func TestRotateSlowAWS(t *testing.T) {
	t.Parallel()
	for name, arrange := range accounts {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newRotating(t)
			arrange(m)
			m.waits.Prove = 20 * time.Second
			m.AWS.Server.SetLag(fakeaws.Lag{
				NewKey: 300 * time.Millisecond, OldKey: 200 * time.Millisecond, Listing: 300 * time.Millisecond,
				Endpoints: map[string]time.Duration{"iam": 500 * time.Millisecond}, Flap: "10110",
			})
			if _, err := m.rotate(); err != nil {
				t.Fatalf("%+v\n%s", err, m.Shown())
			}
			if !strings.Contains(m.Shown(), "waiting until AWS knows it everywhere: ") {
				t.Errorf("no sign of life:\n%s", m.Shown())
			}
			m.AWS.Server.SetLag(fakeaws.Lag{})
			m.wantDone(m.AWS.Key.ID)
			if m.CountCodes() > 1 {
				t.Errorf("%d codes", m.CountCodes())
			}
		})
	}
}

// AWS never gets to know the key: both are kept, the old one in use.
func TestRotateNeverKnown(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	m.AWS.Server.SetLag(fakeaws.Lag{NewKey: time.Hour})
	_, err := m.rotate()
	brokertest.WantFailed(t, err, failure.Unreachable, "to resume, run again: awsbroker rotate phoebe")
	if m.WantWorking() != m.AWS.Key.ID {
		t.Error("the old key was given up")
	}
	if _, err := m.rotate(); err == nil {
		t.Error("no failure")
	}
	if n := m.CountCalls("CreateAccessKey"); n != 1 {
		t.Errorf("%d keys were made", n)
	}
	m.AWS.Server.SetLag(fakeaws.Lag{})
	m.finished(m.AWS.Key.ID)
}

// What may happen between two runs.
func TestRotateMeanwhile(t *testing.T) {
	t.Parallel()
	t.Run("the new key is deleted", func(t *testing.T) {
		t.Parallel()
		m := newRotating(t)
		m.at = brokertest.StopAt("before prove 1", brokertest.Kill)
		if _, err := m.rotate(); !errors.Is(err, brokertest.ErrKilled) {
			t.Fatal(err)
		}
		for _, k := range m.AWS.User.AccessKeys() {
			if k.ID != m.AWS.Key.ID {
				m.AWS.Server.Key(k.ID).Delete()
			}
		}
		m.finished(m.AWS.Key.ID)
	})
	t.Run("another key is put in its place", func(t *testing.T) {
		t.Parallel()
		m := newRotating(t)
		m.at = brokertest.StopAt("before prove 1", brokertest.Kill)
		if _, err := m.rotate(); !errors.Is(err, brokertest.ErrKilled) {
			t.Fatal(err)
		}
		m.AWS.Key.Delete()
		third := m.AWS.User.AddAccessKey()
		m.PutKey(third)
		m.Refuse = "no such text"
		m.finished(third.ID) // asks before it deletes what the first run made
	})
	t.Run("a key of another user is put in its place", func(t *testing.T) {
		t.Parallel()
		m := newRotating(t)
		m.at = brokertest.StopAt("before prove 1", brokertest.Kill)
		if _, err := m.rotate(); !errors.Is(err, brokertest.ErrKilled) {
			t.Fatal(err)
		}
		made := m.AWS.Server.Calls("CreateAccessKey")[0].Created
		m.AWS.Person = m.AWS.AddPerson("ross")
		m.PutKey(m.AWS.Key)
		text, err := os.ReadFile(m.Paths.Config)
		if err == nil {
			err = os.WriteFile(m.Paths.Config, []byte(strings.ReplaceAll(string(text), ":mfa/phoebe", ":mfa/ross")), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		m.at = nil
		if _, err := m.rotate(); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(m.Shown(), "aws iam delete-access-key --user-name phoebe --access-key-id "+made) {
			t.Errorf("the stray key is not named:\n%s", m.Shown())
		}
		m.wantDone(m.AWS.Key.ID)
	})
	t.Run("another key is put in its place while it runs", func(t *testing.T) {
		t.Parallel()
		m := newRotating(t)
		m.Login("admin")
		m.at = brokertest.StopAt("after prove 3", func() error {
			m.AWS.Key.Delete()
			m.PutKey(m.AWS.User.AddAccessKey())
			return nil
		})
		_, err := m.rotate()
		brokertest.WantFailed(t, err, failure.Other, "another program replaced the key")
		m.Refuse = "no such text"
		m.finished("")
	})
}

func TestRotateChoosesTheWay(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	long, err := m.AWS.AddRole("long", 4*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	m.AddProfile("long", long.ARN(), m.AWS.Device.Serial, "awsbroker_duration_seconds = 14400")
	poor, err := m.AWS.AddRole("poor", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	poor.DetachPolicy("arn:aws:iam::aws:policy/AdministratorAccess")
	m.AddProfile("poor", poor.ARN(), m.AWS.Device.Serial)

	// The one that is asked for goes first, though it may do nothing; a chained
	// session is not asked for more than AWS gives, and not kept for what it is not.
	m.o.Profile = "long"
	if _, err := m.rotate(); err != nil || m.CountCodes() != 1 || !strings.Contains(m.Shown(), "replacing the key through the role long") {
		t.Fatalf("%v, %d codes\n%s", err, m.CountCodes(), m.Shown())
	}
	if _, ok := m.Target("long").Cached(m.OpenCache(), time.Now()); ok {
		t.Error("a session of one hour is kept for one of four")
	}
	first := m.StoredKey().AccessKeyID
	m.wantDone(m.AWS.Key.ID)
	// A session in hand of a role that may do nothing is no obstacle.
	m.Login("poor")
	m.o = Options{Profile: "poor"}
	codes := m.CountCodes()
	if _, err := m.rotate(); err != nil || m.CountCodes() != codes+1 {
		t.Fatalf("%v, %d codes\n%s", err, m.CountCodes()-codes, m.Shown())
	}
	m.wantDone(first)

	for _, c := range []struct {
		o      Options
		reason failure.Reason
		says   string
	}{
		{Options{Key: "nobody"}, failure.NotFound, `there is no key "nobody"`},
		{Options{Profile: "nobody"}, failure.NotFound, `no profile "nobody"`},
		{Options{Key: "phoebe", Profile: "nobody"}, failure.NotFound, `no profile "nobody"`},
	} {
		m.o = c.o
		_, err := m.rotate()
		var f *failure.Error
		if !errors.As(err, &f) || f.Reason != c.reason {
			t.Errorf("%+v: %v", c.o, err)
		}
	}
}

// A key that no profile uses can rotate itself, and says what is missing where
// it may not.
func TestRotateWithoutProfile(t *testing.T) {
	m := newRotating(t)
	t.Setenv("AWS_ENDPOINT_URL", m.AWS.Server.URL())
	text, err := os.ReadFile(m.Paths.Config)
	if err != nil || os.Remove(m.Paths.Config) != nil {
		t.Fatal(err)
	}
	_, err = m.rotate()
	brokertest.WantFailed(t, err, failure.Refused, "awsbroker setup PROFILE --key phoebe")
	m.AllowKeys(false)
	if _, err := m.rotate(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(m.Paths.Config, text, 0o600); err != nil {
		t.Fatal(err)
	}
	m.wantDone(m.AWS.Key.ID)
}

// Where AWS ends sessions with the key that bought them, a self-service
// account takes one code more, and nothing is lost.
func TestRotateSessionsEndWithKeys(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	m.AllowKeys(true)
	m.AWS.Role.Delete()
	m.AWS.Server.EndSessionsWithKeys(true)
	if _, err := m.rotate(); err != nil {
		m.finished(m.AWS.Key.ID)
		return
	}
	m.wantDone(m.AWS.Key.ID)
}

// A role in another account may manage a user of the same name there. That one
// is left alone.
func TestRotateNotInAnotherAccount(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	abroad := m.AWS.Server.AddAccount("210987654321")
	namesake := abroad.AddUser("phoebe")
	role, err := abroad.AddRole("admin", fakeaws.TrustWithMFA(m.AWS.Account))
	if err == nil {
		err = errors.Join(role.AttachPolicy("arn:aws:iam::aws:policy/AdministratorAccess"), m.AWS.AllowRole(role))
	}
	if err != nil {
		t.Fatal(err)
	}
	m.AddProfile("abroad", role.ARN(), m.AWS.Device.Serial)
	m.Login("abroad")
	m.o.Profile = "abroad"
	if _, err := m.rotate(); err != nil {
		t.Fatalf("%+v\n%s", err, m.Shown())
	}
	if keys := namesake.AccessKeys(); len(keys) > 0 {
		t.Errorf("the namesake has %v", keys)
	}
	for _, action := range []string{"ListAccessKeys", "CreateAccessKey"} {
		for _, c := range m.AWS.Server.Calls(action) {
			if c.Account != m.AWS.Account.ID {
				t.Errorf("%s in account %s", action, c.Account)
			}
		}
	}
	m.wantDone(m.AWS.Key.ID)
}

// Whoever makes a key for the user while a rotation is unfinished keeps it,
// where AWS has said which one is the rotation's.
func TestRotateCleansOnlyItsOwn(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	m.at = brokertest.StopAt("after created 1", brokertest.Kill)
	if _, err := m.rotate(); !errors.Is(err, brokertest.ErrKilled) {
		t.Fatal(err)
	}
	made := m.AWS.Server.Calls("CreateAccessKey")[0].Created
	m.AWS.Server.Key(made).Delete()
	other := m.AWS.User.AddAccessKey()
	m.at, m.o.Yes = nil, true
	_, err := m.rotate()
	brokertest.WantFailed(t, err, failure.Other, other.ID+", ACTIVE")
	if active, _ := m.ActiveKeys(); !slices.Contains(active, other.ID) {
		t.Errorf("active: %v", active)
	}
}

// The swap itself is cut short, between its writes.
func TestRotateSwapCutShort(t *testing.T) {
	t.Parallel()
	for _, when := range []string{"before", "after"} {
		t.Run(when, func(t *testing.T) {
			t.Parallel()
			m := newRotating(t)
			m.at = brokertest.StopAt(when+" swap 1", brokertest.Kill)
			if _, err := m.rotate(); !errors.Is(err, brokertest.ErrKilled) {
				t.Fatal(err)
			}
			// The record is written before the keychain, without the id, and after it.
			path := m.Paths.KeystoreFile()
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var lines []string
			for line := range strings.Lines(string(data)) {
				switch {
				case strings.Contains(line, `"access_key_id"`):
					line = `"access_key_id": "", "before": "` + m.AWS.Key.ID + `",`
				case strings.Contains(line, `"before"`), strings.Contains(line, `"rotated"`):
					continue
				}
				lines = append(lines, line)
			}
			text := strings.ReplaceAll(strings.Join(lines, ""), `Z",
    }`, `Z"
    }`)
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
			m.finished(m.AWS.Key.ID)
		})
	}
}

// A rotation with an MFA session in hand needs no code. What it leaves is the
// sessions of roles; the MFA session went with its key.
func TestRotateWithMFASession(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	m.AddProfile("user", "", m.AWS.Device.Serial, "awsbroker_mfa_session = 8h")
	m.AddRole("dev", time.Hour, "awsbroker_mfa_session = 8h")
	m.Login("dev")
	old := m.AWS.Key.ID
	before := m.CountCodes()
	_, _ = m.OpenCache().ForgetSubject(m.Target("dev").Subject()) // the session of the role alone
	if _, err := m.rotate(); err != nil {
		t.Fatalf("%+v\n%s", err, m.Shown())
	}
	if m.CountCodes() != before {
		t.Errorf("%d more codes\n%s", m.CountCodes()-before, m.Shown())
	}
	m.wantDone(old)
	m.WantNobodyToAsk("user")
	m.WantNoQuestion("admin") // through whose role it went
}
