package broker

import (
	"context"
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/keystore"
)

// rotating is a world in which the key is rotated. Each run of rotate is as if
// in a new process.
type rotating struct {
	*world
	waits rotateWaits
	o     RotateOptions
	at    func(when, step string) error
}

// shortWaits are those of an AWS that is quick, or of tests that have no time.
// What ends a call is long enough for a busy machine, above all with -race.
var shortWaits = rotateWaits{
	call: stretch(time.Second), prove: stretch(3 * time.Second), between: time.Millisecond, again: 5 * time.Millisecond,
	listing: 50 * time.Millisecond, progress: 100 * time.Millisecond,
}

func newRotating(t *testing.T) *rotating {
	t.Helper()
	return &rotating{world: newWorld(t), waits: shortWaits}
}

// rotate runs once. A panic with killed in the hook is a kill: nothing after
// it happens.
func (m *rotating) rotate() (out Rotated, err error) {
	m.t.Helper()
	return m.rotateIn(m.t.Context())
}

func (m *rotating) rotateIn(ctx context.Context) (out Rotated, err error) {
	defer catchKill(&err)
	m.told = &person{}
	b := m.broker()
	b.Code = m.code()
	r, err := b.newRotation(ctx, m.o)
	if err != nil {
		return out, err
	}
	defer r.close()
	r.waits, r.at = m.waits, m.at
	return r.run(ctx)
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
	if _, err := m.keystore().GetItem(m.t.Context(), pendingItem("phoebe")); !errors.Is(err, keystore.ErrNotFound) {
		m.t.Errorf("the pending key is still there: %v", err)
	}
	if again := m.aws.Server.RepeatedCodes(); len(again) > 0 {
		m.t.Errorf("a code was sent twice: %+v", again)
	}
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
