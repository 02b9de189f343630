package broker

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/keystore"
)

func TestRotateKeepOld(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	m.o.KeepOld = true
	// What was wished for holds for the run that finishes it, too.
	m.at = stopAt("before deactivate 1", kill)
	if _, err := m.rotate(); !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	m.o, m.at = RotateOptions{}, nil
	out, err := m.rotate()
	if err != nil || !out.Resumed || !out.OldKept {
		t.Fatalf("%+v %v", out, err)
	}
	active, all := m.active()
	if len(all) != 2 || !slices.Equal(active, []string{m.wantWorking()}) || !slices.Contains(all, m.aws.Key.ID) {
		t.Errorf("active %v of %v", active, all)
	}
	// The next one makes room: the kept key is inactive, and --yes is enough.
	m.o.Yes = true
	if _, err := m.rotate(); err != nil || !strings.Contains(m.shown(), m.aws.Key.ID+", inactive, made ") {
		t.Fatalf("%v\n%s", err, m.shown())
	}
	m.wantDone(m.aws.Key.ID)
}

func TestRotateDryRun(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	m.o.DryRun = true
	for _, want := range []string{"code     one MFA code would be asked for", "code     none is needed"} {
		before := readAll(t, m.paths.State, m.paths.Data)
		if _, err := m.rotate(); err != nil {
			t.Fatal(err)
		}
		for _, line := range []string{want, "key      phoebe, " + m.aws.Key.ID, "user     phoebe in account 123456789012"} {
			if !strings.Contains(m.shown(), line) {
				t.Errorf("not shown: %q\n%s", line, m.shown())
			}
		}
		if after := readAll(t, m.paths.State, m.paths.Data); after != before {
			t.Error("a file was changed")
		}
		m.login("admin")
	}
	for _, action := range []string{"CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey"} {
		if m.calls(action) > 0 {
			t.Errorf("%s was called", action)
		}
	}
}

func TestRotateSecondKey(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	m.login("admin")
	second := m.aws.User.AddAccessKey()
	second.SetCreated(time.Now().Add(-100 * 24 * time.Hour))
	m.use(second)

	m.o.Yes = true
	_, err := m.rotate()
	f := wantFailed(t, err, Other, "an active key is not deleted unasked: "+second.ID+", ACTIVE, made 100 days ago, last used ")
	if !strings.Contains(f.Hints[0], "(sts in eu-central-1)") {
		t.Error(f.Hints)
	}
	m.o.Yes = false
	m.refuse = "second key"
	_, err = m.rotate()
	wantFailed(t, err, NeedPerson, "aws iam delete-access-key --user-name phoebe --access-key-id "+second.ID)
	if m.calls("CreateAccessKey")+m.calls("DeleteAccessKey") != 0 {
		t.Error("something was changed")
	}
	m.refuse = ""
	if _, err := m.rotate(); err != nil {
		t.Fatal(err)
	}
	m.wantDone(m.aws.Key.ID)
}

// No caller notices: at every step the cached sessions of the role are served,
// without a code and without the keychain, whatever region was asked for.
func TestRotateServesAllAlong(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	want := m.login("admin")
	elsewhere := m.broker()
	elsewhere.Region, elsewhere.Code = "us-west-2", m.code()
	other, err := elsewhere.Session(t.Context(), "admin", Want{})
	if err != nil || other.AccessKeyID == want.AccessKeyID {
		t.Fatalf("%v", err)
	}
	asked := 0
	look := func() {
		t.Helper()
		for region, session := range map[string]string{"": want.AccessKeyID, "us-west-2": other.AccessKeyID} {
			b := m.broker()
			b.Region = region
			s, err := b.Session(t.Context(), "admin", Want{})
			if err != nil || s.AccessKeyID != session || b.InFile() {
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
	if asked < 30 || m.coded() != 2 {
		t.Errorf("looked %d times, %d codes", asked, m.coded())
	}
	m.wantDone(m.aws.Key.ID)

	// It is forgotten for good: not found under the id from before.
	if err := m.target("admin").forgetAll(m.cache()); err != nil {
		t.Fatal(err)
	}
	if s, ok := m.target("admin").cached(m.cache(), time.Now()); ok {
		t.Errorf("still there: %s", s.AccessKeyID)
	}
}

// While the keychain is written the record names no key. Role sessions are
// served all the same.
func TestRotateServesWhileWritten(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	want := m.login("admin")
	path := m.paths.KeystoreFile()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Replace(string(data), `"access_key_id": "`+m.aws.Key.ID+`"`, `"access_key_id": "", "before": "`+m.aws.Key.ID+`"`, 1)
	if text == string(data) || os.WriteFile(path, []byte(text), 0o600) != nil {
		t.Fatal(text)
	}
	b := m.broker()
	s, err := b.Session(t.Context(), "admin", Want{})
	if err != nil || s.AccessKeyID != want.AccessKeyID || b.InFile() {
		t.Errorf("%v %s, keychain opened: %v", err, s.AccessKeyID, b.InFile())
	}
	// A key that somebody put in its place has no part in that.
	m.put(m.aws.User.AddAccessKey())
	record, err := keystore.ReadRecord(path)
	if err != nil || record.Keys["phoebe"].Before != "" {
		t.Errorf("%+v %v", record.Keys, err)
	}
	if _, ok := m.target("admin").cached(m.cache(), time.Now()); ok {
		t.Error("a session of the key before is served")
	}
}

// Sessions of the key itself end with it here.
func TestRotateDropsSessionsOfTheKey(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	m.profile("plain", "", m.aws.Device.Serial)
	m.login("admin")
	m.login("plain")
	before := m.target("plain")
	if _, ok := before.cached(m.cache(), time.Now()); !ok {
		t.Fatal("no session of the key")
	}
	if _, err := m.rotate(); err != nil {
		t.Fatal(err)
	}
	for _, target := range []*Target{before, m.target("plain")} {
		if _, ok := target.cached(m.cache(), time.Now()); ok {
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
			m.waits.prove = 20 * time.Second
			m.aws.Server.SetLag(fakeaws.Lag{
				NewKey: 300 * time.Millisecond, OldKey: 200 * time.Millisecond, Listing: 300 * time.Millisecond,
				Endpoints: map[string]time.Duration{"iam": 500 * time.Millisecond}, Flap: "10110",
			})
			if _, err := m.rotate(); err != nil {
				t.Fatalf("%+v\n%s", err, m.shown())
			}
			if !strings.Contains(m.shown(), "waiting until AWS knows it everywhere: ") {
				t.Errorf("no sign of life:\n%s", m.shown())
			}
			m.aws.Server.SetLag(fakeaws.Lag{})
			m.wantDone(m.aws.Key.ID)
			if m.coded() > 1 {
				t.Errorf("%d codes", m.coded())
			}
		})
	}
}

// AWS never gets to know the key: both are kept, the old one in use.
func TestRotateNeverKnown(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	m.aws.Server.SetLag(fakeaws.Lag{NewKey: time.Hour})
	_, err := m.rotate()
	wantFailed(t, err, Unreachable, "to go on, run again: awsbroker rotate phoebe")
	if m.wantWorking() != m.aws.Key.ID {
		t.Error("the old key was given up")
	}
	if _, err := m.rotate(); err == nil {
		t.Error("no failure")
	}
	if n := m.calls("CreateAccessKey"); n != 1 {
		t.Errorf("%d keys were made", n)
	}
	m.aws.Server.SetLag(fakeaws.Lag{})
	m.finished(m.aws.Key.ID)
}

// What may happen between two runs.
func TestRotateMeanwhile(t *testing.T) {
	t.Parallel()
	t.Run("the new key is deleted", func(t *testing.T) {
		t.Parallel()
		m := newRotating(t)
		m.at = stopAt("before prove 1", kill)
		if _, err := m.rotate(); !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		for _, k := range m.aws.User.AccessKeys() {
			if k.ID != m.aws.Key.ID {
				m.aws.Server.Key(k.ID).Delete()
			}
		}
		m.finished(m.aws.Key.ID)
	})
	t.Run("another key is put in its place", func(t *testing.T) {
		t.Parallel()
		m := newRotating(t)
		m.at = stopAt("before prove 1", kill)
		if _, err := m.rotate(); !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		m.aws.Key.Delete()
		third := m.aws.User.AddAccessKey()
		m.put(third)
		m.refuse = "no such text"
		m.finished(third.ID) // asks before it deletes what the first run made
	})
	t.Run("a key of another user is put in its place", func(t *testing.T) {
		t.Parallel()
		m := newRotating(t)
		m.at = stopAt("before prove 1", kill)
		if _, err := m.rotate(); !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		made := m.aws.Server.Calls("CreateAccessKey")[0].Created
		m.aws.Person = m.aws.AddPerson("ross")
		m.put(m.aws.Key)
		text, err := os.ReadFile(m.paths.Config)
		if err == nil {
			err = os.WriteFile(m.paths.Config, []byte(strings.ReplaceAll(string(text), ":mfa/phoebe", ":mfa/ross")), 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
		m.at = nil
		if _, err := m.rotate(); err != nil {
			t.Fatal(err)
		}
		if !strings.Contains(m.shown(), "aws iam delete-access-key --user-name phoebe --access-key-id "+made) {
			t.Errorf("the stray key is not named:\n%s", m.shown())
		}
		m.wantDone(m.aws.Key.ID)
	})
	t.Run("another key is put in its place while it runs", func(t *testing.T) {
		t.Parallel()
		m := newRotating(t)
		m.login("admin")
		m.at = stopAt("after prove 3", func() error {
			m.aws.Key.Delete()
			m.put(m.aws.User.AddAccessKey())
			return nil
		})
		_, err := m.rotate()
		wantFailed(t, err, Other, "another program replaced the key")
		m.refuse = "no such text"
		m.finished("")
	})
}

func TestRotateChoosesTheWay(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	long, err := m.aws.AddRole("long", 4*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	m.profile("long", long.ARN(), m.aws.Device.Serial, "awsbroker_duration_seconds = 14400")
	poor, err := m.aws.AddRole("poor", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	poor.DetachPolicy("arn:aws:iam::aws:policy/AdministratorAccess")
	m.profile("poor", poor.ARN(), m.aws.Device.Serial)

	// The one that is asked for goes first, though it may do nothing; a chained
	// session is not asked for more than AWS gives, and not kept for what it is not.
	m.o.Profile = "long"
	if _, err := m.rotate(); err != nil || m.coded() != 1 || !strings.Contains(m.shown(), "the key is replaced through the role long") {
		t.Fatalf("%v, %d codes\n%s", err, m.coded(), m.shown())
	}
	if _, ok := m.target("long").cached(m.cache(), time.Now()); ok {
		t.Error("a session of one hour is kept for one of four")
	}
	first := m.stored().AccessKeyID
	m.wantDone(m.aws.Key.ID)
	// A session in hand of a role that may do nothing is no obstacle.
	m.login("poor")
	m.o = RotateOptions{Profile: "poor"}
	codes := m.coded()
	if _, err := m.rotate(); err != nil || m.coded() != codes+1 {
		t.Fatalf("%v, %d codes\n%s", err, m.coded()-codes, m.shown())
	}
	m.wantDone(first)

	for _, c := range []struct {
		o      RotateOptions
		reason Reason
		says   string
	}{
		{RotateOptions{Key: "nobody"}, NotFound, `there is no key "nobody"`},
		{RotateOptions{Profile: "nobody"}, NotFound, `no profile "nobody"`},
		{RotateOptions{Key: "phoebe", Profile: "nobody"}, NotFound, `no profile "nobody"`},
	} {
		m.o = c.o
		_, err := m.rotate()
		var f *Failure
		if !errors.As(err, &f) || f.Reason != c.reason {
			t.Errorf("%+v: %v", c.o, err)
		}
	}
}

// A key that no profile uses can rotate itself, and says what is missing where
// it may not.
func TestRotateWithoutProfile(t *testing.T) {
	m := newRotating(t)
	t.Setenv("AWS_ENDPOINT_URL", m.aws.Server.URL())
	text, err := os.ReadFile(m.paths.Config)
	if err != nil || os.Remove(m.paths.Config) != nil {
		t.Fatal(err)
	}
	_, err = m.rotate()
	wantFailed(t, err, Refused, "awsbroker setup PROFILE --key phoebe")
	m.allow(false)
	if _, err := m.rotate(); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(m.paths.Config, text, 0o600); err != nil {
		t.Fatal(err)
	}
	m.wantDone(m.aws.Key.ID)
}

// Where AWS ends sessions with the key that bought them, a self-service
// account takes one code more, and nothing is lost.
func TestRotateSessionsEndWithKeys(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	m.allow(true)
	m.aws.Role.Delete()
	m.aws.Server.EndSessionsWithKeys(true)
	if _, err := m.rotate(); err != nil {
		m.finished(m.aws.Key.ID)
		return
	}
	m.wantDone(m.aws.Key.ID)
}

// A role in another account may manage a user of the same name there. That one
// is left alone.
func TestRotateNotInAnotherAccount(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	abroad := m.aws.Server.AddAccount("210987654321")
	namesake := abroad.AddUser("phoebe")
	role, err := abroad.AddRole("admin", fakeaws.TrustWithMFA(m.aws.Account))
	if err == nil {
		err = errors.Join(role.AttachPolicy("arn:aws:iam::aws:policy/AdministratorAccess"), m.aws.AllowRole(role))
	}
	if err != nil {
		t.Fatal(err)
	}
	m.profile("abroad", role.ARN(), m.aws.Device.Serial)
	m.login("abroad")
	m.o.Profile = "abroad"
	if _, err := m.rotate(); err != nil {
		t.Fatalf("%+v\n%s", err, m.shown())
	}
	if keys := namesake.AccessKeys(); len(keys) > 0 {
		t.Errorf("the namesake has %v", keys)
	}
	for _, action := range []string{"ListAccessKeys", "CreateAccessKey"} {
		for _, c := range m.aws.Server.Calls(action) {
			if c.Account != m.aws.Account.ID {
				t.Errorf("%s in account %s", action, c.Account)
			}
		}
	}
	m.wantDone(m.aws.Key.ID)
}

// Whoever makes a key for the user while a rotation is unfinished keeps it,
// where AWS has said which one is the rotation's.
func TestRotateCleansOnlyItsOwn(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	m.at = stopAt("after created 1", kill)
	if _, err := m.rotate(); !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	made := m.aws.Server.Calls("CreateAccessKey")[0].Created
	m.aws.Server.Key(made).Delete()
	other := m.aws.User.AddAccessKey()
	m.at, m.o.Yes = nil, true
	_, err := m.rotate()
	wantFailed(t, err, Other, other.ID+", ACTIVE")
	if active, _ := m.active(); !slices.Contains(active, other.ID) {
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
			m.at = stopAt(when+" swap 1", kill)
			if _, err := m.rotate(); !errors.Is(err, errKilled) {
				t.Fatal(err)
			}
			// The record is written before the keychain, without the id, and after it.
			path := m.paths.KeystoreFile()
			data, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			var lines []string
			for line := range strings.Lines(string(data)) {
				switch {
				case strings.Contains(line, `"access_key_id"`):
					line = `"access_key_id": "", "before": "` + m.aws.Key.ID + `",`
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
			m.finished(m.aws.Key.ID)
		})
	}
}

// A rotation with an MFA session in hand needs no code. What it leaves is the
// sessions of roles; the MFA session went with its key.
func TestRotateWithMFASession(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	m.profile("user", "", m.aws.Device.Serial, "awsbroker_mfa_session = 8h")
	m.role("dev", time.Hour, "awsbroker_mfa_session = 8h")
	m.login("dev")
	old := m.aws.Key.ID
	before := m.coded()
	_, _ = m.cache().ForgetSubject(m.target("dev").subject()) // the session of the role alone
	if _, err := m.rotate(); err != nil {
		t.Fatalf("%+v\n%s", err, m.shown())
	}
	if m.coded() != before {
		t.Errorf("%d more codes\n%s", m.coded()-before, m.shown())
	}
	m.wantDone(old)
	m.wantNobodyToAsk("user")
	m.wantNoQuestion("admin") // through whose role it went
}
