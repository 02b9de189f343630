package access_test

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/access"
	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/brokertest"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/keystore"
)

// keyed is a world whose key wants to call IAM.
type keyed struct {
	*brokertest.World
	actor *broker.Actor
}

func newKeyed(t *testing.T) *keyed {
	t.Parallel()
	return &keyed{World: brokertest.NewWorld(t)}
}

// onlyProfiles empties the config file, so that it has the profiles that are
// added after this.
func (m *keyed) onlyProfiles() {
	m.T.Helper()
	if err := os.Remove(m.Paths.Config); err != nil {
		m.T.Fatal(err)
	}
}

// leaveMFASession leaves one in the cache, with the session of a role that may
// do nothing.
func (m *keyed) leaveMFASession() {
	m.T.Helper()
	m.AddRole("idle", time.Hour, "awsbroker_mfa_session = 8h").DetachPolicy(administrator)
	m.Login("idle")
}

// open is the access of a new run, which has a code if it is wanted.
func (m *keyed) open(coded bool) *access.Access {
	m.T.Helper()
	b := m.NewBroker()
	if coded {
		b.Code = m.NextCode()
	}
	targets, err := b.TargetsOf("phoebe", keystore.KeyInfo{ARN: m.AWS.User.ARN()}, "")
	if err != nil {
		m.T.Fatal(err)
	}
	m.actor = b.NewActor(targets[0], m.OpenCache())
	m.T.Cleanup(m.actor.Close)
	if err := m.actor.OpenKey(m.T.Context()); err != nil {
		m.T.Fatal(err)
	}
	a := access.New(m.actor, targets, m.AWS.User.ARN())
	a.Patience, a.Again = 3*time.Second, 20*time.Millisecond
	return a
}

func listKeys(ctx context.Context, c *iam.Client) error {
	_, err := c.Keys(ctx, "phoebe")
	return err
}

const administrator = "arn:aws:iam::aws:policy/AdministratorAccess"

const wayIn = "replacing the key "

// signer is who made the last call of an action that AWS did not refuse.
func (m *keyed) signer(action string) string {
	m.T.Helper()
	calls := m.AWS.Server.Calls(action)
	for _, c := range slices.Backward(calls) {
		if c.Error == "" {
			return c.Principal
		}
	}
	m.T.Fatalf("no call of %s succeeded: %+v", action, calls)
	return ""
}

// TestWays: which way is taken where, what it costs, and that the person is
// told once.
func TestWays(t *testing.T) {
	const (
		user = "arn:aws:iam::123456789012:user/phoebe"
		role = "arn:aws:sts::123456789012:assumed-role/admin-mfa/phoebe"
	)
	for name, c := range map[string]struct {
		arrange func(*keyed)
		says    string
		as      string
		tokens  int // calls of GetSessionToken
		roles   int // calls of AssumeRole
		codes   int
	}{
		"a role's session is there": {func(m *keyed) { m.Login("admin") }, "through the role admin-mfa (cached session)", role, 0, 0, 0},
		"though the key may":        {func(m *keyed) { m.Login("admin"); m.AllowKeys(false) }, "through the role admin-mfa (cached session)", role, 0, 0, 0},
		"the key may":               {func(m *keyed) { m.AllowKeys(false) }, "with the key itself", user, 0, 0, 0},
		"the key may with MFA":      {func(m *keyed) { m.AllowKeys(true) }, "with an MFA session of the key itself", user, 1, 0, 1},
		"only the role may":         {func(*keyed) {}, "through the role admin-mfa", role, 1, 1, 1},
		"an MFA session is there": {func(m *keyed) {
			m.AllowKeys(true)
			m.leaveMFASession()
		}, "with the cached MFA session", user, 0, 0, 0},
		"and only the role may": {(*keyed).leaveMFASession, "through the role admin-mfa (cached MFA session)", role, 0, 1, 0},
		"the role takes no MFA": {func(m *keyed) {
			m.SetTrust("admin-mfa", `"Condition":{}`)
			m.onlyProfiles()
			m.AddProfile("admin", m.AWS.Role.ARN(), "")
		}, "through the role admin-mfa", role, 0, 1, 0},
		"another account's role": {func(m *keyed) { // it may manage a phoebe, but not ours
			m.AllowKeys(true)
			m.onlyProfiles()
			m.AddProfile("elsewhere", "arn:aws:iam::210987654321:role/admin", m.AWS.Device.Serial)
		}, "with an MFA session of the key itself", user, 1, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			m := newKeyed(t)
			c.arrange(m)
			m.AWS.Server.ResetCalls()
			a := m.open(true)
			for range 2 {
				if err := a.Do(t.Context(), listKeys); err != nil {
					t.Fatalf("%v\n%s", err, m.Shown())
				}
			}
			if n := strings.Count(m.Shown(), wayIn); n != 1 || !slices.Contains(m.Told.Lines, wayIn+c.says) {
				t.Errorf("told %d times:\n%s\nwant %q", n, m.Shown(), wayIn+c.says)
			}
			if as := m.signer("ListAccessKeys"); as != c.as {
				t.Errorf("as %s, want %s", as, c.as)
			}
			m.WantCalls(c.tokens, c.roles, c.codes)
		})
	}
}

// TestOneCodeForTwoCommands: the second command that acts with an MFA session of the
// user's own asks for no code, whether or not the profile keeps such a session; but a
// tool that asks for the profile's session is not given it, and logout forgets it.
func TestOneCodeForTwoCommands(t *testing.T) {
	for name, settings := range map[string]string{"by itself": "", "awsbroker_mfa_session": "awsbroker_mfa_session = 8h"} {
		t.Run(name, func(t *testing.T) {
			m := newKeyed(t)
			m.AllowKeys(true)
			m.onlyProfiles()
			m.AddProfile("admin", m.AWS.Role.ARN(), m.AWS.Device.Serial, settings)
			for range 2 {
				if err := m.open(true).Do(t.Context(), listKeys); err != nil {
					t.Fatal(err)
				}
			}
			m.WantCalls(1, 0, 1)
			if target := m.Target("admin"); settings == "" && !target.Asks(m.OpenCache(), time.Now()) {
				t.Error("a tool would be given a session without a code")
			}
			if err := m.Target("admin").ForgetSessions(m.OpenCache()); err != nil { // as logout does
				t.Fatal(err)
			}
			if _, ok := m.actor.FindMFASession(m.Target("admin")); ok {
				t.Error("logout left the MFA session")
			}
		})
	}
}

// TestDenied: where no way is open, one code at most was asked for, and the
// policy that would open one is there to be pasted.
func TestDenied(t *testing.T) {
	const policy = `"Action":["iam:ListAccessKeys","iam:GetAccessKeyLastUsed","iam:CreateAccessKey","iam:UpdateAccessKey","iam:DeleteAccessKey"],"Resource":"arn:aws:iam::123456789012:user/phoebe"`
	t.Run("with a device", func(t *testing.T) {
		m := newKeyed(t)
		m.AWS.Role.DetachPolicy(administrator)
		err := m.open(true).Do(t.Context(), listKeys)
		f := brokertest.WantFailed(t, err, failure.Refused, policy)
		const tried = "does not allow awsbroker to manage the access keys of arn:aws:iam::123456789012:user/phoebe with the key itself, nor with an MFA session of the key itself, nor through the role admin-mfa"
		if !strings.Contains(f.Message, tried) || strings.Contains(strings.Join(f.Hints, "\n"), "awsbroker setup") {
			t.Errorf("%s\n%s", f.Message, strings.Join(f.Hints, "\n"))
		}
		m.WantCalls(1, 1, 1)
	})
	t.Run("without", func(t *testing.T) {
		m := newKeyed(t)
		m.onlyProfiles()
		m.AddProfile("plain", "", "")
		err := m.open(true).Do(t.Context(), listKeys)
		brokertest.WantFailed(t, err, failure.Refused, "awsbroker setup PROFILE --key phoebe")
		brokertest.WantFailed(t, err, failure.Refused, policy)
		m.WantCalls(0, 0, 0)
	})
}

// TestSilent: where nobody may be asked, it stops before the code, and has
// tried what takes none.
func TestSilent(t *testing.T) {
	m := newKeyed(t)
	a := m.open(true)
	a.Silent = true
	if err := a.Do(t.Context(), listKeys); !errors.Is(err, access.ErrSilent) {
		t.Errorf("%v", err)
	}
	m.WantCalls(0, 0, 0)
	if n := m.CountCalls("ListAccessKeys"); n != 1 {
		t.Errorf("%d tries with the key itself", n)
	}
}

// TestNobodyGivesACode: then that is what is said, not that AWS refused.
func TestNobodyGivesACode(t *testing.T) {
	m := newKeyed(t)
	err := m.open(false).Do(t.Context(), listKeys)
	brokertest.WantFailed(t, err, failure.NeedPerson, "")
	m.WantCalls(0, 0, 0)
}

// TestOnlyRefusalsMoveOn: an answer that is no refusal is the answer, though
// other ways are open; what is created is created once.
func TestOnlyRefusalsMoveOn(t *testing.T) {
	m := newKeyed(t)
	m.AllowKeys(false)
	m.Login("admin")
	a := m.open(true)
	err := a.Do(t.Context(), func(ctx context.Context, c *iam.Client) error {
		return c.DeleteKey(ctx, "phoebe", "AKIAIOSFODNN7EXAMPLE")
	})
	if !awsapi.Is(err, awsapi.NotThere) || m.CountCalls("DeleteAccessKey") != 1 {
		t.Errorf("%v after %d calls", err, m.CountCalls("DeleteAccessKey"))
	}
	m.AWS.Role.DetachPolicy(administrator)
	_, before := m.ActiveKeys()
	err = a.Do(t.Context(), func(ctx context.Context, c *iam.Client) error {
		_, err := c.CreateKey(ctx, "phoebe")
		return err
	})
	if _, after := m.ActiveKeys(); err != nil || len(after) != len(before)+1 || m.CountCalls("CreateAccessKey") != 2 {
		t.Errorf("%v; %d calls, keys %v", err, m.CountCalls("CreateAccessKey"), after)
	}
	if as := m.signer("CreateAccessKey"); as != m.AWS.User.ARN() {
		t.Errorf("as %s", as)
	}
	if n := m.CountCodes(); n != 1 { // that of the login
		t.Errorf("%d codes", n)
	}
}

// TestPeek goes no other way than the present one.
func TestPeek(t *testing.T) {
	m := newKeyed(t)
	a := m.open(true)
	if err := a.Peek(t.Context(), listKeys); err == nil || m.CountCalls("ListAccessKeys") != 0 {
		t.Errorf("%v after %d calls", err, m.CountCalls("ListAccessKeys"))
	}
	if err := a.Do(t.Context(), listKeys); err != nil {
		t.Fatal(err)
	}
	if err := a.Peek(t.Context(), listKeys); err != nil {
		t.Error(err)
	}
	m.AWS.Role.DetachPolicy(administrator)
	if err := a.Peek(t.Context(), listKeys); !awsapi.NotAllowed(err) {
		t.Errorf("after the right has gone: %v", err)
	}
	m.WantCalls(1, 1, 1)
}

// TestNewKey: the key that took the place of the old one is given time to be
// known, and signs from then on.
func TestNewKey(t *testing.T) {
	m := newKeyed(t)
	m.AllowKeys(false)
	m.AWS.Server.SetLag(fakeaws.Lag{NewKey: 400 * time.Millisecond})
	a := m.open(true)
	var fresh fakeaws.AccessKey
	if err := a.Do(t.Context(), func(ctx context.Context, c *iam.Client) error {
		made, err := c.CreateKey(ctx, "phoebe")
		fresh.ID, fresh.Secret = made.AccessKeyID, made.SecretAccessKey.Reveal()
		return err
	}); err != nil {
		t.Fatal(err)
	}
	a.UseKey(m.Credentials(&fresh))
	if err := a.Do(t.Context(), listKeys); err != nil {
		t.Fatal(err)
	}
	calls := m.AWS.Server.Calls("ListAccessKeys")
	for _, c := range calls {
		if c.AccessKeyID != fresh.ID {
			t.Errorf("the old key has signed: %+v", c)
		}
	}
	if len(calls) < 2 {
		t.Errorf("%d calls: it was known at once", len(calls))
	}
	m.WantCalls(0, 0, 0)

	a.UseKey(m.Credentials(&fakeaws.AccessKey{ID: "AKIAIOSFODNN7EXAMPLE", Secret: "x"}))
	a.Patience, a.Silent = 100*time.Millisecond, true
	if err := a.Do(t.Context(), listKeys); err == nil {
		t.Error("a key that is never known works")
	}
}

// TestNewKeyKeepsARolesSession: a way that does not depend on the key goes on.
func TestNewKeyKeepsARolesSession(t *testing.T) {
	m := newKeyed(t)
	m.Login("admin")
	m.AWS.Server.ResetCalls()
	a := m.open(true)
	if err := a.Do(t.Context(), listKeys); err != nil {
		t.Fatal(err)
	}
	a.UseKey(m.Credentials(m.AWS.User.AddAccessKey()))
	if err := a.Do(t.Context(), listKeys); err != nil || !strings.Contains(m.signer("ListAccessKeys"), "assumed-role/admin-mfa") {
		t.Errorf("%v, as %s", err, m.signer("ListAccessKeys"))
	}
	m.WantCalls(0, 0, 0)
}

// TestPrefer: a session that was got meanwhile goes before all, and profiles of
// the device that is about to go are left out.
func TestPrefer(t *testing.T) {
	m := newKeyed(t)
	tablet := m.AWS.User.EnableMFA("tablet")
	role, err := m.AWS.AddRole("other", time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	m.AddProfile("other", role.ARN(), tablet.Serial)
	b := m.NewBroker()
	b.Code = credential.NewSecret(tablet.Code())
	session, err := b.Session(t.Context(), "other", broker.Want{Fresh: true})
	if err != nil {
		t.Fatal(err)
	}
	m.AWS.Server.ResetCalls()

	a := m.open(true)
	a.Prefer(m.Target("other"), session.Credentials, m.AWS.Device.Serial)
	if err := a.Do(t.Context(), listKeys); err != nil || !strings.Contains(m.signer("ListAccessKeys"), "assumed-role/other") {
		t.Errorf("%v\n%s", err, m.Shown())
	}
	m.WantCalls(0, 0, 0)
	role.DetachPolicy(administrator)
	b = m.actor.Broker
	b.Code = credential.NewSecret(tablet.NextCode())
	err = a.Do(t.Context(), listKeys)
	brokertest.WantFailed(t, err, failure.Refused, "")
	for _, action := range []string{"AssumeRole", "GetSessionToken"} {
		for _, c := range m.AWS.Server.Calls(action) {
			if c.Params["SerialNumber"] == m.AWS.Device.Serial || c.Params["RoleArn"] == m.AWS.Role.ARN() {
				t.Errorf("the device that goes was used, or its profile: %+v", c)
			}
		}
	}
}

// TestMayBeDone: what AWS has refused, and what never left, is not done.
func TestMayBeDone(t *testing.T) {
	for name, c := range map[string]struct {
		err  error
		want bool
	}{
		"a way was refused": {failure.New(failure.Refused, "x").Because(&awsapi.Error{Reason: awsapi.Unreachable, Sent: true}), false},
		"refused":           {&awsapi.Error{Reason: awsapi.Denied, Sent: true}, false},
		"exists":            {&awsapi.Error{Reason: awsapi.Exists, Sent: true}, false},
		"throttled":         {&awsapi.Error{Reason: awsapi.Throttled, Sent: true}, false},
		"failing":           {&awsapi.Error{Reason: awsapi.Failing, Sent: true}, true},
		"garbled":           {&awsapi.Error{Reason: awsapi.Garbled, Sent: true}, true},
		"redirected":        {&awsapi.Error{Reason: awsapi.Redirected, Sent: true}, true},
		"no answer":         {&awsapi.Error{Reason: awsapi.Unreachable, Sent: true}, true},
		"never sent":        {&awsapi.Error{Reason: awsapi.Unreachable}, false},
		"anything else":     {errors.New("x"), true},
	} {
		if got := access.MayBeDone(c.err); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}
