package revoke

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/brokertest"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/policy"
	"github.com/awsbroker/awsbroker/internal/rotate"
	"github.com/awsbroker/awsbroker/internal/sts"
	"github.com/awsbroker/awsbroker/internal/wait"
)

// revoking is a world whose sessions leaked.
type revoking struct {
	*brokertest.World
	ro    Options
	waits rotate.Waits
	pause revokeWaits
	at    func(when, step string) error
	user  credential.Credentials // of GetSessionToken, with MFA, from before
	role  credential.Credentials // from before
	codes int                    // before

	noCode bool // the person gives none
	skips  bool // waits take no time
}

// rotationWaits are those of an AWS that is quick, or of tests that have no
// time.
var rotationWaits = rotate.Waits{
	Call: brokertest.Stretch(time.Second), Prove: brokertest.Stretch(3 * time.Second), Between: time.Millisecond, Again: 5 * time.Millisecond,
	Listing: 50 * time.Millisecond, Progress: 100 * time.Millisecond,
}

func newRevoking(t *testing.T, arrange func(*brokertest.World)) *revoking {
	t.Helper()
	m := &revoking{World: brokertest.NewWorld(t), waits: rotationWaits, pause: revokeWaits{margin: 2 * time.Second, refused: brokertest.Stretch(time.Second), blind: time.Millisecond}}
	if arrange != nil {
		arrange(m.World)
	}
	client := m.sts()
	device, code := m.AWS.Device.Serial, m.NextCode()
	var err error
	if m.user, err = client.SessionToken(t.Context(), m.Credentials(m.AWS.Key), time.Hour, sts.MFA{Serial: device, Code: code}); err != nil {
		t.Fatal(err)
	}
	m.role = m.Login("admin").Credentials
	m.wantAccepted(m.user, m.role)
	m.codes = m.CountCodes()
	return m
}

func (m *revoking) sts() *sts.Client {
	m.T.Helper()
	client, err := sts.New(m.Target("admin").Endpoint)
	if err != nil {
		m.T.Fatal(err)
	}
	return client
}

// assume the role with a session of the user.
func (m *revoking) assume(with credential.Credentials) error {
	_, err := m.sts().AssumeRole(m.T.Context(), with, sts.Role{ARN: m.AWS.Role.ARN(), SessionName: "thief"}, sts.MFA{})
	return err
}

// list the user's keys with a session of the role.
func (m *revoking) list(with credential.Credentials) error {
	m.T.Helper()
	c, err := iam.New(m.Target("admin").IAMEndpoint(), with)
	if err != nil {
		m.T.Fatal(err)
	}
	_, err = c.Keys(m.T.Context(), "phoebe")
	return err
}

func (m *revoking) wantAccepted(user, role credential.Credentials) {
	m.T.Helper()
	if err := m.assume(user); err != nil {
		m.T.Errorf("the user's session is refused: %v", err)
	}
	if err := m.list(role); err != nil {
		m.T.Errorf("the role's session is refused: %v", err)
	}
}

// revoke runs once, as in a new process. Each wait for the clock costs none.
func (m *revoking) revoke() (out Result, err error) {
	m.T.Helper()
	defer brokertest.CatchKill(&err)
	m.Told = &brokertest.Person{}
	b := m.NewBroker()
	if !m.noCode {
		b.Code = m.NextCode()
	}
	if m.skips {
		b.Clock = wait.Skipping(m.AWS.Server.Advance)
	}
	v, err := newRevocation(m.T.Context(), b, m.ro)
	if err != nil {
		return out, err
	}
	defer v.rotation.Actor.Close()
	v.rotation.Waits, v.pause = m.waits, m.pause
	v.rotation.At = func(when, step string) error {
		if when+step == "afterdrop" {
			m.AWS.Server.Advance(3 * time.Second)
			if !m.noCode {
				b.Code = m.NextCode() // a person would be asked
			}
		}
		if m.at != nil {
			return m.at(when, step)
		}
		return nil
	}
	return v.run(m.T.Context())
}

// wantRevoked holds what has to be true afterwards, however it went.
func (m *revoking) wantRevoked() {
	m.T.Helper()
	for what, err := range map[string]error{"the user's session": m.assume(m.user), "the role's session": m.list(m.role)} {
		if !awsapi.NotAllowed(err) {
			m.T.Errorf("%s from before is accepted: %v\n%s", what, err, m.Shown())
		}
	}
	if _, err := m.NewBroker().Session(m.T.Context(), "admin", broker.Want{}); err == nil {
		m.T.Error("a session is still in the cache")
	}
	if left, _ := filepath.Glob(filepath.Join(m.Paths.State, "revocation-*")); len(left) > 0 {
		m.T.Errorf("left behind: %v", left)
	}
	client := m.sts()
	user, err := client.SessionToken(m.T.Context(), m.StoredKey(), time.Hour, sts.MFA{Serial: m.AWS.Device.Serial, Code: m.NextCode()})
	if err != nil {
		m.T.Fatalf("%v\n%s", err, m.Shown())
	}
	m.wantAccepted(user, m.Login("admin").Credentials)
	if m.ro.KeepKey {
		if m.WantWorking() != m.AWS.Key.ID {
			m.T.Error("the key was replaced")
		}
		return
	}
	m.wantReplaced()
}

// wantReplaced holds that the key in the keychain is the user's only one, is
// another than before, and works.
func (m *revoking) wantReplaced() {
	m.T.Helper()
	id := m.WantWorking()
	active, all := m.ActiveKeys()
	if len(active) != 1 || active[0] != id || len(all) != 1 || id == m.AWS.Key.ID {
		m.T.Fatalf("keychain: %s; active in AWS: %v, all: %v\n%s", id, active, all, m.Shown())
	}
	if left, _ := filepath.Glob(filepath.Join(m.Paths.State, "rotation-*")); len(left) > 0 {
		m.T.Errorf("left behind: %v", left)
	}
	if again := m.AWS.Server.RepeatedCodes(); len(again) > 0 {
		m.T.Errorf("a code was sent twice: %+v", again)
	}
}

// rotate the key, as an earlier run may have begun to.
func (m *revoking) rotate() (err error) {
	m.T.Helper()
	defer brokertest.CatchKill(&err)
	b := m.NewBroker()
	b.Code = m.NextCode()
	r, err := rotate.New(m.T.Context(), b, rotate.Options{})
	if err != nil {
		return err
	}
	defer r.Actor.Close()
	r.Waits, r.At = m.waits, m.at
	if _, _, err := r.ReadState(m.T.Context()); err != nil {
		return err
	}
	next, err := r.Begin(m.T.Context())
	if err != nil {
		return err
	}
	return r.Finish(m.T.Context(), next)
}

// leakages are the kinds of account that something leaks in.
var leakages = map[string]func(*brokertest.World){
	"role":     nil,
	"itself":   func(m *brokertest.World) { m.AllowRevoke(false) },
	"with MFA": func(m *brokertest.World) { m.AllowRevoke(true) },
}

func TestRevoke(t *testing.T) {
	t.Parallel()
	for name, arrange := range leakages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newRevoking(t, arrange)
			out, err := m.revoke()
			if err != nil {
				t.Fatalf("%+v\n%s", err, m.Shown())
			}
			t.Log("\n" + m.Shown())
			want, last := 1, "PutRolePolicy"
			switch name {
			case "itself":
				want = 0
			case "with MFA":
				last = "PutUserPolicy" // it is what ends the session that does it
			}
			if more := m.CountCodes() - m.codes; more != want {
				t.Errorf("%d codes", more)
			}
			if out.Old != m.AWS.Key.ID || out.New != m.StoredKey().AccessKeyID || out.OldStays || out.OldAccepted || out.Resumed ||
				!out.RoleBefore.After(out.Before) || m.AWS.Server.Now().Before(out.RoleBefore) {
				t.Errorf("%+v", out)
			}
			m.wantLast(last)
			m.wantRevoked()
		})
	}
}

// wantLast holds that nothing was changed after the last call of an action.
func (m *revoking) wantLast(action string) {
	m.T.Helper()
	calls := m.AWS.Server.Calls("")
	last := ""
	for _, c := range calls {
		if strings.HasPrefix(c.Action, "Put") || strings.HasSuffix(c.Action, "AccessKey") {
			last = c.Action
		}
	}
	if last != action {
		m.T.Errorf("the last change was %s", last)
	}
}

// Without a session in hand it takes one code before and one after.
func TestRevokeTwoCodes(t *testing.T) {
	t.Parallel()
	m := newRevoking(t, nil)
	if err := m.NewBroker().Logout(t.Context(), "admin"); err != nil {
		t.Fatal(err)
	}
	cache := m.NewBroker().OpenCache(t.Context())
	if _, err := cache.ForgetSubject(m.Target("admin").Subject()); err != nil {
		t.Fatal(err)
	}
	if _, err := m.revoke(); err != nil {
		t.Fatalf("%+v\n%s", err, m.Shown())
	}
	if more := m.CountCodes() - m.codes; more != 2 {
		t.Errorf("%d codes", more)
	}
	m.wantRevoked()
}

func TestRevokeKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	for name, arrange := range leakages {
		for _, keep := range []bool{false, true} {
			if keep && arrange != nil {
				continue // it differs by how it acts in the last stage only, which the other has, too
			}
			var all []string
			m := newRevoking(t, arrange)
			m.ro.KeepKey = keep
			n := map[string]int{}
			m.at = func(when, step string) error {
				place := when + " " + step
				n[place]++
				all = append(all, fmt.Sprintf("%s %d", place, n[place]))
				return nil
			}
			if _, err := m.revoke(); err != nil {
				t.Fatalf("%+v\n%s", err, m.Shown())
			}
			if arrange != nil { // what comes before a step is after the last one
				all = slices.DeleteFunc(all, func(place string) bool { return strings.HasPrefix(place, "before") })
			}
			for _, boundary := range brokertest.TakeSome(all) {
				t.Run(fmt.Sprintf("%s/%v/%s", name, keep, boundary), func(t *testing.T) {
					t.Parallel()
					m := newRevoking(t, arrange)
					m.ro.KeepKey = keep
					m.at = brokertest.StopAt(boundary, brokertest.Kill)
					if _, err := m.revoke(); !errors.Is(err, brokertest.ErrKilled) {
						t.Fatalf("not killed: %v", err)
					}
					first, codes := m.Shown(), m.CountCodes()
					m.at = nil
					m.WantWorking()
					if _, err := m.revoke(); err != nil {
						t.Fatalf("the next run: %+v\nthe first:\n%s\nthe next:\n%s", err, first, m.Shown())
					}
					if more := m.CountCodes() - codes; more > 1 && boundary != "after remove note 1" { // which is done, and done again
						t.Errorf("the next run took %d codes:\n%s\n\n%s", more, first, m.Shown())
					}
					m.wantRevoked()
				})
			}
		}
	}
}

// Killed again and again, each time one step later.
func TestRevokeKilledOften(t *testing.T) {
	t.Parallel()
	m := newRevoking(t, nil)
	for _, boundary := range []string{
		"after note replace 1", "after create 1", "after store 1", "after swap 1", "after deactivate 1", "after note deny 1",
		"before deny user 1", "after deny user 1", "after deny role 1", "after drop 1", "after remove journal 1", "after note retire 1",
		"after retire 1", "after delete old 1", "after note last 1", "after last user 1", "after last role 1", "after drop 1",
	} {
		m.at = brokertest.StopAt(boundary, brokertest.Kill)
		if _, err := m.revoke(); !errors.Is(err, brokertest.ErrKilled) {
			t.Fatalf("%s: not killed: %+v\n%s", boundary, err, m.Shown())
		}
	}
	m.at = nil
	if out, err := m.revoke(); err != nil || !out.Resumed {
		t.Fatalf("%+v %+v\n%s", out, err, m.Shown())
	}
	m.wantRevoked()
}

func TestRevokeKeepKey(t *testing.T) {
	t.Parallel()
	m := newRevoking(t, nil)
	m.ro.KeepKey = true
	out, err := m.revoke()
	if err != nil || out.New != "" {
		t.Fatalf("%+v %+v\n%s", out, err, m.Shown())
	}
	if m.CountCodes() != m.codes || m.CountCalls("CreateAccessKey") != 0 || m.CountCalls("UpdateAccessKey") != 0 || m.CountCalls("PutRolePolicy") != 1 {
		t.Errorf("%d codes", m.CountCodes()-m.codes)
	}
	m.wantLast("PutRolePolicy")
	m.wantRevoked()
}

func TestRevokeDryRun(t *testing.T) {
	t.Parallel()
	m := newRevoking(t, nil)
	m.ro.DryRun = true
	before := brokertest.ReadAll(t, m.Paths.State, m.Paths.Data, m.Sessions)
	if _, err := m.revoke(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{policy.RevokeName, `"aws:TokenIssueTime": "20`, "EVERYBODY ELSE'S", "awsbroker would ask for one MFA code, after the first step"} {
		if !strings.Contains(m.Shown(), want) {
			t.Errorf("not shown: %q\n%s", want, m.Shown())
		}
	}
	for _, line := range m.Told.Lines {
		if len(line) > 80-len("awsbroker: ") {
			t.Errorf("too wide: %s", line)
		}
	}
	if brokertest.ReadAll(t, m.Paths.State, m.Paths.Data, m.Sessions) != before {
		t.Error("a file was changed")
	}
	for _, action := range []string{"PutUserPolicy", "PutRolePolicy", "CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey"} {
		if m.CountCalls(action) != 0 {
			t.Errorf("%s was called", action)
		}
	}
	m.wantAccepted(m.user, m.role)
}

func TestRevokeDenied(t *testing.T) {
	t.Parallel()
	allow := func(m *revoking, actions string) {
		m.AWS.Role.DetachPolicy("arn:aws:iam::aws:policy/AdministratorAccess")
		if err := m.AWS.Role.PutPolicy("some", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":[`+actions+`],"Resource":"*"}]}`); err != nil {
			t.Fatal(err)
		}
	}
	for name, actions := range map[string]string{
		"reading":  `"iam:*AccessKey*","iam:PutUserPolicy"`,
		"the role": `"iam:*AccessKey*","iam:*UserPolicy"`,
		"writing":  `"iam:*AccessKey*","iam:GetUserPolicy","iam:GetRolePolicy","iam:PutRolePolicy"`,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newRevoking(t, nil)
			allow(m, actions)
			_, err := m.revoke()
			f := brokertest.WantFailed(t, err, failure.Refused, `"iam:GetRolePolicy","iam:PutRolePolicy"],"Resource":"`+m.AWS.Role.ARN())
			t.Logf("%s\n%s", f.Message, strings.Join(f.Hints, "\n"))
			if !slices.ContainsFunc(f.Hints, func(h string) bool { return strings.Contains(h, "NOT FINISHED") }) {
				t.Error("it does not say that it is to be gone on with")
			}
			if m.CountCalls("PutRolePolicy") != 0 {
				t.Error("the deny was tried")
			}
			m.wantCut(err) // whatever else is not allowed
			if m.CountCodes()-m.codes > 1 {
				t.Errorf("%d codes", m.CountCodes()-m.codes)
			}
			if err := m.assume(m.user); err != nil {
				t.Error(err)
			}
		})
	}
}

// A deny that is there and later than ours stays. One of another kind is not
// overwritten.
func TestRevokeExisting(t *testing.T) {
	t.Parallel()
	m := newRevoking(t, nil)
	m.ro.KeepKey = true
	later := m.AWS.Server.Now().Add(40 * time.Second).Truncate(time.Second)
	if err := m.AWS.User.PutPolicy(policy.RevokeName, policy.DenyBefore(later)); err != nil {
		t.Fatal(err)
	}
	m.at = brokertest.StopAt("after last role 1", func() error { m.AWS.Server.Advance(45 * time.Second); return nil })
	out, err := m.revoke()
	if err != nil || !out.Before.Equal(later) || m.CountCalls("PutUserPolicy") != 0 || m.CountCalls("PutRolePolicy") != 1 {
		t.Fatalf("%+v %+v\n%s", out, err, m.Shown())
	}
	m.wantRevoked()

	for name, document := range map[string]string{
		"another":    strings.Replace(policy.DenyBefore(later), `["*"],"Res`, `["s3:*"],"Res`, 1),
		"the future": policy.DenyBefore(later.Add(time.Hour)),
	} {
		m := newRevoking(t, nil)
		if err := m.AWS.User.PutPolicy(policy.RevokeName, document); err != nil {
			t.Fatal(err)
		}
		_, err := m.revoke()
		brokertest.WantFailed(t, err, failure.Other, "-user-policy --user-name phoebe --policy-name "+policy.RevokeName)
		if m.CountCalls("PutUserPolicy") != 0 || m.CountCalls("PutRolePolicy") != 0 {
			t.Errorf("%s: something was changed", name)
		}
	}
}

// Changes of policies are not seen at once: it waits, and says so.
func TestRevokeLag(t *testing.T) {
	t.Parallel()
	m := newRevoking(t, nil)
	m.AWS.Server.SetLag(fakeaws.Lag{Policies: brokertest.Stretch(time.Second), OldKey: brokertest.Stretch(1500*time.Millisecond) + 3*time.Second})
	if _, err := m.revoke(); err != nil {
		t.Fatalf("%+v\n%s", err, m.Shown())
	}
	if !strings.Contains(m.Shown(), "waiting until AWS refuses the session that did this") || !strings.Contains(m.Shown(), "waiting until AWS refuses "+m.AWS.Key.ID) {
		t.Error(m.Shown())
	}
	m.wantRevoked()
}

func TestRevokeOldKeyStays(t *testing.T) {
	t.Parallel()
	m := newRevoking(t, nil)
	m.Refuse = "The old key"
	out, err := m.revoke()
	if err != nil || !out.OldStays {
		t.Fatalf("%+v %+v\n%s", out, err, m.Shown())
	}
	active, all := m.ActiveKeys()
	if len(all) != 2 || !slices.Equal(active, []string{m.WantWorking()}) {
		t.Errorf("active %v of %v", active, all)
	}
	if err := m.assume(m.user); !awsapi.NotAllowed(err) {
		t.Error(err)
	}
}

// What the person says no to is not done.
func TestRevokeDeclined(t *testing.T) {
	t.Parallel()
	m := newRevoking(t, nil)
	m.Refuse = "profile  admin"
	_, err := m.revoke()
	brokertest.WantFailed(t, err, failure.NeedPerson, "nothing was changed")
	if m.CountCalls("PutUserPolicy") != 0 {
		t.Error("something was changed")
	}
	m.wantAccepted(m.user, m.role)
}

// A profile without a role: only the user's sessions are denied. A role in
// another account is left alone, and named.
func TestRevokeOtherProfiles(t *testing.T) {
	t.Parallel()
	for name, role := range map[string]string{"none": "", "foreign": "arn:aws:iam::999999999999:role/admin-mfa"} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newRevoking(t, func(m *brokertest.World) { m.AllowRevoke(false) })
			if err := os.Remove(m.Paths.Config); err != nil {
				t.Fatal(err)
			}
			m.AddProfile("admin", role, m.AWS.Device.Serial)
			out, err := m.revoke()
			if err != nil || out.Role != "" || out.Foreign != role {
				t.Fatalf("%+v %+v\n%s", out, err, m.Shown())
			}
			if m.CountCalls("PutRolePolicy") != 0 || m.CountCalls("PutUserPolicy") != 2 {
				t.Error("the wrong policies were set")
			}
			if err := m.assume(m.user); !awsapi.NotAllowed(err) {
				t.Error(err)
			}
		})
	}
}

// A rotation that was cut short before is finished on the way.
func TestRevokeAfterRotation(t *testing.T) {
	t.Parallel()
	for _, boundary := range []string{"after create 1", "after store 1", "after swap 1", "after deactivate 1"} {
		m := newRevoking(t, nil)
		m.at = brokertest.StopAt(boundary, brokertest.Kill)
		if err := m.rotate(); !errors.Is(err, brokertest.ErrKilled) {
			t.Fatal(err)
		}
		m.at = nil
		if _, err := m.revoke(); err != nil {
			t.Fatalf("%s: %+v\n%s", boundary, err, m.Shown())
		}
		m.WantWorking()
		if active, _ := m.ActiveKeys(); len(active) != 1 || active[0] == m.AWS.Key.ID {
			t.Errorf("%s: active %v", boundary, active)
		}
		if err := m.assume(m.user); !awsapi.NotAllowed(err) {
			t.Error(err)
		}
	}
}

func TestRevokeInterrupted(t *testing.T) {
	t.Parallel()
	m := newRevoking(t, nil)
	m.at = brokertest.StopAt("before last role 1", func() error { return context.Canceled })
	_, err := m.revoke()
	brokertest.WantFailed(t, err, failure.NeedPerson, "to resume, run again: awsbroker revoke --profile admin")
	m.at = nil
	if _, err := m.revoke(); err != nil {
		t.Fatal(err)
	}
	m.wantRevoked()
}

// A revocation forgets MFA sessions: the one that was there, and the one that
// it was done with. AWS refuses both.
func TestRevokeForgetsMFASession(t *testing.T) {
	t.Parallel()
	const day = "awsbroker_mfa_session = 8h"
	for _, first := range []string{"dev", "admin"} {
		t.Run("through "+first, func(t *testing.T) {
			t.Parallel()
			m := newRevoking(t, func(m *brokertest.World) {
				m.AllowRevoke(true)
				m.AddRole("dev", time.Hour, day)
				m.Login("dev")
			})
			m.ro = Options{Profile: first, KeepKey: true, Yes: true}
			if _, err := m.revoke(); err != nil {
				t.Fatalf("%+v\n%s", err, m.Shown())
			}
			m.World.AddRole("next", time.Hour, day)
			m.WantNobodyToAsk("next")
			m.WantNobodyToAsk("dev")
		})
	}
}

// wantCut holds that the leaked key is not active any more, or, if err ended a run
// in which no session could change that, that its last line says so.
func (m *revoking) wantCut(err error) {
	m.T.Helper()
	if active, _ := m.ActiveKeys(); !slices.Contains(active, m.AWS.Key.ID) {
		return
	}
	var f *failure.Error
	if !errors.As(err, &f) || len(f.Hints) == 0 || !strings.Contains(f.Hints[len(f.Hints)-1], "THE LEAKED KEY MAY STILL WORK") ||
		!strings.Contains(f.Hints[len(f.Hints)-1], "--access-key-id "+m.AWS.Key.ID+" --status Inactive") {
		m.T.Errorf("the leaked key is active, and nothing says so: %+v\n%s", f, m.Shown())
	}
}
