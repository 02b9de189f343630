package broker

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
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/sts"
)

// revoking is a world whose sessions leaked.
type revoking struct {
	*world
	ro    RevokeOptions
	waits rotateWaits
	pause revokeWaits
	at    func(when, step string) error
	user  credential.Credentials // of GetSessionToken, with MFA, from before
	role  credential.Credentials // from before
	codes int                    // before
}

// rotationWaits are those of an AWS that is quick, or of tests that have no
// time.
var rotationWaits = rotateWaits{
	call: stretch(time.Second), prove: stretch(3 * time.Second), between: time.Millisecond, again: 5 * time.Millisecond,
	listing: 50 * time.Millisecond, progress: 100 * time.Millisecond,
}

func newRevoking(t *testing.T, arrange func(*world)) *revoking {
	t.Helper()
	m := &revoking{world: newWorld(t), waits: rotationWaits, pause: revokeWaits{margin: 2 * time.Second, refused: stretch(time.Second), blind: time.Millisecond}}
	if arrange != nil {
		arrange(m.world)
	}
	client := m.sts()
	device, code := m.aws.Device.Serial, m.code()
	var err error
	if m.user, err = client.SessionToken(t.Context(), m.credentials(m.aws.Key), time.Hour, sts.MFA{Serial: device, Code: code}); err != nil {
		t.Fatal(err)
	}
	m.role = m.login("admin").Credentials
	m.wantAccepted(m.user, m.role)
	m.codes = m.coded()
	return m
}

func (m *revoking) sts() *sts.Client {
	m.t.Helper()
	client, err := sts.New(m.target("admin").Endpoint)
	if err != nil {
		m.t.Fatal(err)
	}
	return client
}

// assume the role with a session of the user.
func (m *revoking) assume(with credential.Credentials) error {
	_, err := m.sts().AssumeRole(m.t.Context(), with, sts.Role{ARN: m.aws.Role.ARN(), SessionName: "thief"}, sts.MFA{})
	return err
}

// list the user's keys with a session of the role.
func (m *revoking) list(with credential.Credentials) error {
	m.t.Helper()
	c, err := iam.New(m.target("admin").iamEndpoint(), with)
	if err != nil {
		m.t.Fatal(err)
	}
	_, err = c.Keys(m.t.Context(), "phoebe")
	return err
}

func (m *revoking) wantAccepted(user, role credential.Credentials) {
	m.t.Helper()
	if err := m.assume(user); err != nil {
		m.t.Errorf("the user's session is refused: %v", err)
	}
	if err := m.list(role); err != nil {
		m.t.Errorf("the role's session is refused: %v", err)
	}
}

// revoke runs once, as in a new process. Each wait for the clock costs none.
func (m *revoking) revoke() (out Revoked, err error) {
	m.t.Helper()
	defer catchKill(&err)
	m.told = &person{}
	b := m.broker()
	b.Code = m.code()
	v, err := b.newRevocation(m.t.Context(), m.ro)
	if err != nil {
		return out, err
	}
	defer v.close()
	v.waits, v.pause = m.waits, m.pause
	v.at = func(when, step string) error {
		if when+step == "afterdrop" {
			m.aws.Server.Advance(3 * time.Second)
			b.Code = m.code() // a person would be asked
		}
		if m.at != nil {
			return m.at(when, step)
		}
		return nil
	}
	return v.run(m.t.Context())
}

// wantRevoked holds what has to be true afterwards, however it went.
func (m *revoking) wantRevoked() {
	m.t.Helper()
	for what, err := range map[string]error{"the user's session": m.assume(m.user), "the role's session": m.list(m.role)} {
		if !awsapi.NotAllowed(err) {
			m.t.Errorf("%s from before is accepted: %v\n%s", what, err, m.shown())
		}
	}
	if _, err := m.broker().Session(m.t.Context(), "admin", Want{}); err == nil {
		m.t.Error("a session is still in the cache")
	}
	if left, _ := filepath.Glob(filepath.Join(m.paths.State, "revocation-*")); len(left) > 0 {
		m.t.Errorf("left behind: %v", left)
	}
	client := m.sts()
	user, err := client.SessionToken(m.t.Context(), m.stored(), time.Hour, sts.MFA{Serial: m.aws.Device.Serial, Code: m.code()})
	if err != nil {
		m.t.Fatalf("%v\n%s", err, m.shown())
	}
	m.wantAccepted(user, m.login("admin").Credentials)
	if m.ro.KeepKey {
		if m.wantWorking() != m.aws.Key.ID {
			m.t.Error("the key was replaced")
		}
		return
	}
	m.wantReplaced()
}

// wantReplaced holds that the key in the keychain is the user's only one, is
// another than before, and works.
func (m *revoking) wantReplaced() {
	m.t.Helper()
	id := m.wantWorking()
	active, all := m.active()
	if len(active) != 1 || active[0] != id || len(all) != 1 || id == m.aws.Key.ID {
		m.t.Fatalf("keychain: %s; active in AWS: %v, all: %v\n%s", id, active, all, m.shown())
	}
	if left, _ := filepath.Glob(filepath.Join(m.paths.State, "rotation-*")); len(left) > 0 {
		m.t.Errorf("left behind: %v", left)
	}
	if again := m.aws.Server.RepeatedCodes(); len(again) > 0 {
		m.t.Errorf("a code was sent twice: %+v", again)
	}
}

// rotate the key, as an earlier run may have begun to.
func (m *revoking) rotate() (err error) {
	m.t.Helper()
	defer catchKill(&err)
	b := m.broker()
	b.Code = m.code()
	r, err := b.newRotation(m.t.Context(), RotateOptions{})
	if err != nil {
		return err
	}
	defer r.close()
	r.waits, r.at = m.waits, m.at
	if _, _, err := r.look(m.t.Context()); err != nil {
		return err
	}
	next, err := r.begin(m.t.Context())
	if err != nil {
		return err
	}
	return r.finish(m.t.Context(), next)
}

// leakages are the kinds of account that something leaks in.
var leakages = map[string]func(*world){
	"role":     nil,
	"itself":   func(m *world) { m.selfService(false) },
	"with MFA": func(m *world) { m.selfService(true) },
}

func TestRevoke(t *testing.T) {
	t.Parallel()
	for name, arrange := range leakages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newRevoking(t, arrange)
			out, err := m.revoke()
			if err != nil {
				t.Fatalf("%+v\n%s", err, m.shown())
			}
			t.Log("\n" + m.shown())
			want, last := 1, "PutRolePolicy"
			switch name {
			case "itself":
				want = 0
			case "with MFA":
				last = "PutUserPolicy" // it is what ends the session that does it
			}
			if more := m.coded() - m.codes; more != want {
				t.Errorf("%d codes", more)
			}
			if out.Old != m.aws.Key.ID || out.New != m.stored().AccessKeyID || out.OldStays || out.OldAccepted || out.Resumed ||
				!out.RoleBefore.After(out.Before) || m.aws.Server.Now().Before(out.RoleBefore) {
				t.Errorf("%+v", out)
			}
			m.wantLast(last)
			m.wantRevoked()
		})
	}
}

// wantLast holds that nothing was changed after the last call of an action.
func (m *revoking) wantLast(action string) {
	m.t.Helper()
	calls := m.aws.Server.Calls("")
	last := ""
	for _, c := range calls {
		if strings.HasPrefix(c.Action, "Put") || strings.HasSuffix(c.Action, "AccessKey") {
			last = c.Action
		}
	}
	if last != action {
		m.t.Errorf("the last change was %s", last)
	}
}

// Without a session in hand it takes one code before and one after.
func TestRevokeTwoCodes(t *testing.T) {
	t.Parallel()
	m := newRevoking(t, nil)
	if err := m.broker().Logout(t.Context(), "admin"); err != nil {
		t.Fatal(err)
	}
	cache := m.broker().openCache(t.Context())
	if _, err := cache.ForgetSubject(m.target("admin").subject()); err != nil {
		t.Fatal(err)
	}
	if _, err := m.revoke(); err != nil {
		t.Fatalf("%+v\n%s", err, m.shown())
	}
	if more := m.coded() - m.codes; more != 2 {
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
				t.Fatalf("%+v\n%s", err, m.shown())
			}
			if arrange != nil { // what comes before a step is after the last one
				all = slices.DeleteFunc(all, func(place string) bool { return strings.HasPrefix(place, "before") })
			}
			for _, boundary := range takeSome(all) {
				t.Run(fmt.Sprintf("%s/%v/%s", name, keep, boundary), func(t *testing.T) {
					t.Parallel()
					m := newRevoking(t, arrange)
					m.ro.KeepKey = keep
					m.at = stopAt(boundary, kill)
					if _, err := m.revoke(); !errors.Is(err, errKilled) {
						t.Fatalf("not killed: %v", err)
					}
					first, codes := m.shown(), m.coded()
					m.at = nil
					m.wantWorking()
					if _, err := m.revoke(); err != nil {
						t.Fatalf("the next run: %+v\nthe first:\n%s\nthe next:\n%s", err, first, m.shown())
					}
					if more := m.coded() - codes; more > 1 && boundary != "after remove note 1" { // which is done, and done again
						t.Errorf("the next run took %d codes:\n%s\n\n%s", more, first, m.shown())
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
		"after note deny 1", "before deny user 1", "after deny user 1", "after deny role 1", "after drop 1", "after note replace 1",
		"after create 1", "after store 1", "after swap 1", "after deactivate 1", "after remove journal 1", "after note retire 1",
		"after retire 1", "after delete old 1", "after note last 1", "after last user 1", "after last role 1", "after drop 1",
	} {
		m.at = stopAt(boundary, kill)
		if _, err := m.revoke(); !errors.Is(err, errKilled) {
			t.Fatalf("%s: not killed: %+v\n%s", boundary, err, m.shown())
		}
	}
	m.at = nil
	if out, err := m.revoke(); err != nil || !out.Resumed {
		t.Fatalf("%+v %+v\n%s", out, err, m.shown())
	}
	m.wantRevoked()
}

func TestRevokeKeepKey(t *testing.T) {
	t.Parallel()
	m := newRevoking(t, nil)
	m.ro.KeepKey = true
	out, err := m.revoke()
	if err != nil || out.New != "" {
		t.Fatalf("%+v %+v\n%s", out, err, m.shown())
	}
	if m.coded() != m.codes || m.calls("CreateAccessKey") != 0 || m.calls("UpdateAccessKey") != 0 || m.calls("PutRolePolicy") != 1 {
		t.Errorf("%d codes", m.coded()-m.codes)
	}
	m.wantLast("PutRolePolicy")
	m.wantRevoked()
}

func TestRevokeDryRun(t *testing.T) {
	t.Parallel()
	m := newRevoking(t, nil)
	m.ro.DryRun = true
	before := readAll(t, m.paths.State, m.paths.Data, m.sessions)
	if _, err := m.revoke(); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{revokePolicy, `"aws:TokenIssueTime": "20`, "EVERYBODY ELSE'S", "one MFA code would be asked for, after the first step"} {
		if !strings.Contains(m.shown(), want) {
			t.Errorf("not shown: %q\n%s", want, m.shown())
		}
	}
	for _, line := range m.told.lines {
		if len(line) > 80-len("awsbroker: ") {
			t.Errorf("too wide: %s", line)
		}
	}
	if readAll(t, m.paths.State, m.paths.Data, m.sessions) != before {
		t.Error("a file was changed")
	}
	for _, action := range []string{"PutUserPolicy", "PutRolePolicy", "CreateAccessKey", "UpdateAccessKey", "DeleteAccessKey"} {
		if m.calls(action) != 0 {
			t.Errorf("%s was called", action)
		}
	}
	m.wantAccepted(m.user, m.role)
}

func TestRevokeDenied(t *testing.T) {
	t.Parallel()
	allow := func(m *revoking, actions string) {
		m.aws.Role.DetachPolicy("arn:aws:iam::aws:policy/AdministratorAccess")
		if err := m.aws.Role.PutPolicy("some", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":[`+actions+`],"Resource":"*"}]}`); err != nil {
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
			f := wantFailed(t, err, Refused, `"iam:GetRolePolicy","iam:PutRolePolicy"],"Resource":"`+m.aws.Role.ARN())
			t.Logf("%s\n%s", f.Message, strings.Join(f.Hints, "\n"))
			if slices.ContainsFunc(f.Hints, func(h string) bool { return strings.Contains(h, "NOT DONE") }) {
				t.Error("nothing was changed, and it says that it is to be gone on with")
			}
			if left, _ := filepath.Glob(filepath.Join(m.paths.State, "revocation-*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
			for _, action := range []string{"PutRolePolicy", "CreateAccessKey"} {
				if m.calls(action) != 0 {
					t.Errorf("%s was called", action)
				}
			}
			if m.coded()-m.codes > 1 {
				t.Errorf("%d codes", m.coded()-m.codes)
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
	later := m.aws.Server.Now().Add(40 * time.Second).Truncate(time.Second)
	if err := m.aws.User.PutPolicy(revokePolicy, denyBefore(later)); err != nil {
		t.Fatal(err)
	}
	m.at = stopAt("after last role 1", func() error { m.aws.Server.Advance(45 * time.Second); return nil })
	out, err := m.revoke()
	if err != nil || !out.Before.Equal(later) || m.calls("PutUserPolicy") != 0 || m.calls("PutRolePolicy") != 1 {
		t.Fatalf("%+v %+v\n%s", out, err, m.shown())
	}
	m.wantRevoked()

	for name, document := range map[string]string{
		"another":    strings.Replace(denyBefore(later), `["*"],"Res`, `["s3:*"],"Res`, 1),
		"the future": denyBefore(later.Add(time.Hour)),
	} {
		m := newRevoking(t, nil)
		if err := m.aws.User.PutPolicy(revokePolicy, document); err != nil {
			t.Fatal(err)
		}
		_, err := m.revoke()
		wantFailed(t, err, Other, "-user-policy --user-name phoebe --policy-name "+revokePolicy)
		if m.calls("PutUserPolicy") != 0 || m.calls("PutRolePolicy") != 0 {
			t.Errorf("%s: something was changed", name)
		}
	}
}

// Changes of policies are not seen at once: it waits, and says so.
func TestRevokeLag(t *testing.T) {
	t.Parallel()
	m := newRevoking(t, nil)
	m.aws.Server.SetLag(fakeaws.Lag{Policies: stretch(time.Second), OldKey: stretch(time.Second)})
	if _, err := m.revoke(); err != nil {
		t.Fatalf("%+v\n%s", err, m.shown())
	}
	if !strings.Contains(m.shown(), "waiting until AWS refuses the session that did this") || !strings.Contains(m.shown(), "waiting until AWS refuses "+m.aws.Key.ID) {
		t.Error(m.shown())
	}
	m.wantRevoked()
}

func TestRevokeOldKeyStays(t *testing.T) {
	t.Parallel()
	m := newRevoking(t, nil)
	m.refuse = "the old key"
	out, err := m.revoke()
	if err != nil || !out.OldStays {
		t.Fatalf("%+v %+v\n%s", out, err, m.shown())
	}
	active, all := m.active()
	if len(all) != 2 || !slices.Equal(active, []string{m.wantWorking()}) {
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
	m.refuse = "profile  admin"
	_, err := m.revoke()
	wantFailed(t, err, NeedPerson, "nothing was changed")
	if m.calls("PutUserPolicy") != 0 {
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
			m := newRevoking(t, func(m *world) { m.selfService(false) })
			if err := os.Remove(m.paths.Config); err != nil {
				t.Fatal(err)
			}
			m.profile("admin", role, m.aws.Device.Serial)
			out, err := m.revoke()
			if err != nil || out.Role != "" || out.Foreign != role {
				t.Fatalf("%+v %+v\n%s", out, err, m.shown())
			}
			if m.calls("PutRolePolicy") != 0 || m.calls("PutUserPolicy") != 2 {
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
		m.at = stopAt(boundary, kill)
		if err := m.rotate(); !errors.Is(err, errKilled) {
			t.Fatal(err)
		}
		m.at = nil
		if _, err := m.revoke(); err != nil {
			t.Fatalf("%s: %+v\n%s", boundary, err, m.shown())
		}
		m.wantWorking()
		if active, _ := m.active(); len(active) != 1 || active[0] == m.aws.Key.ID {
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
	m.at = stopAt("before last role 1", func() error { return context.Canceled })
	_, err := m.revoke()
	wantFailed(t, err, NeedPerson, "to go on, run again: awsbroker revoke --profile admin")
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
			m := newRevoking(t, func(m *world) {
				m.selfService(true)
				m.role("dev", time.Hour, day)
				m.login("dev")
			})
			m.ro = RevokeOptions{Profile: first, KeepKey: true, Yes: true}
			if _, err := m.revoke(); err != nil {
				t.Fatalf("%+v\n%s", err, m.shown())
			}
			m.world.role("next", time.Hour, day)
			m.wantNobodyToAsk("next")
			m.wantNobodyToAsk("dev")
		})
	}
}
