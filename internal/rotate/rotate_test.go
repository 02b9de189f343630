package rotate

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/brokertest"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/keystore"
)

// rotating is a world in which the key is rotated. Each run of rotate is as if
// in a new process.
type rotating struct {
	*brokertest.World
	waits Waits
	o     Options
	at    func(when, step string) error
}

// shortWaits are those of an AWS that is quick, or of tests that have no time.
// What ends a call is long enough for a busy machine, above all with -race.
var shortWaits = Waits{
	Call: brokertest.Stretch(time.Second), Prove: brokertest.Stretch(3 * time.Second), Between: time.Millisecond, Again: 5 * time.Millisecond,
	Listing: 50 * time.Millisecond, Progress: 100 * time.Millisecond,
}

func newRotating(t *testing.T) *rotating {
	t.Helper()
	return &rotating{World: brokertest.NewWorld(t), waits: shortWaits}
}

// rotate runs once. A panic with killed in the hook is a kill: nothing after
// it happens.
func (m *rotating) rotate() (out Result, err error) {
	m.T.Helper()
	return m.rotateIn(m.T.Context())
}

func (m *rotating) rotateIn(ctx context.Context) (out Result, err error) {
	defer brokertest.CatchKill(&err)
	m.Told = &brokertest.Person{}
	b := m.NewBroker()
	b.Code = m.NextCode()
	r, err := New(ctx, b, m.o)
	if err != nil {
		return out, err
	}
	defer r.Actor.Close()
	r.Waits, r.At = m.waits, m.at
	return r.run(ctx)
}

// wantDone holds what has to be true after a rotation, however it went: one
// key, in the keychain and on record, working, and no trace left.
func (m *rotating) wantDone(not string) {
	m.T.Helper()
	id := m.WantWorking()
	active, all := m.ActiveKeys()
	if len(active) != 1 || active[0] != id || len(all) != 1 || id == not {
		m.T.Fatalf("keychain: %s; active in AWS: %v, all: %v; before: %s\n%s", id, active, all, not, strings.Join(m.Told.Lines, "\n"))
	}
	record, err := keystore.ReadRecord(m.Paths.KeystoreFile())
	if info := record.Keys["phoebe"]; err != nil || info.AccessKeyID != id || info.Rotated.IsZero() || info.ARN != m.AWS.User.ARN() {
		m.T.Errorf("record: %+v, %v", info, err)
	}
	if left, _ := filepath.Glob(filepath.Join(m.Paths.State, "rotation-*")); len(left) > 0 {
		m.T.Errorf("left behind: %v", left)
	}
	if _, err := m.OpenKeystore().GetItem(m.T.Context(), pendingItem("phoebe")); !errors.Is(err, keystore.ErrNotFound) {
		m.T.Errorf("the pending key is still there: %v", err)
	}
	if again := m.AWS.Server.RepeatedCodes(); len(again) > 0 {
		m.T.Errorf("a code was sent twice: %+v", again)
	}
}

func TestRotateThroughTheRole(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	old := m.AWS.Key.ID
	out, err := m.rotate()
	if err != nil {
		t.Fatalf("%+v\n%s", err, m.Shown())
	}
	m.wantDone(old)
	if out.Old != old || out.New != m.StoredKey().AccessKeyID || out.Resumed || out.OldKept {
		t.Errorf("%+v", out)
	}
	if m.CountCodes() != 1 {
		t.Errorf("%d codes", m.CountCodes())
	}
	// What the code was given for is there for everybody.
	if _, err := m.NewBroker().Session(t.Context(), "admin", broker.Want{}); err != nil || m.CountCodes() != 1 {
		t.Errorf("%v, %d codes", err, m.CountCodes())
	}
	t.Log("\n" + m.Shown())
	// The next one needs none.
	second := m.StoredKey().AccessKeyID
	if _, err := m.rotate(); err != nil || m.CountCodes() != 1 {
		t.Errorf("%v, %d codes", err, m.CountCodes())
	}
	m.wantDone(second)
	t.Log("\n" + m.Shown())
}

func TestRotateByTheUserItself(t *testing.T) {
	t.Parallel()
	for name, mfa := range map[string]bool{"directly": false, "with MFA": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newRotating(t)
			m.AllowKeys(mfa)
			if _, err := m.rotate(); err != nil {
				t.Fatalf("%+v\n%s", err, m.Shown())
			}
			t.Log("\n" + m.Shown())
			want := 0
			if mfa {
				want = 1
			}
			if m.CountCodes() != want || m.CountCalls("AssumeRole") != 0 {
				t.Errorf("%d codes, %d roles", m.CountCodes(), m.CountCalls("AssumeRole"))
			}
			m.wantDone(m.AWS.Key.ID)
		})
	}
}

func TestRotateDenied(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	m.AWS.Role.DetachPolicy("arn:aws:iam::aws:policy/AdministratorAccess")
	_, err := m.rotate()
	f := brokertest.WantFailed(t, err, failure.Refused, `"Resource":"`+m.AWS.User.ARN()+`"`)
	t.Logf("%s\n%s", f.Message, strings.Join(f.Hints, "\n"))
	if m.CountCalls("CreateAccessKey") != 0 || m.CountCodes() != 1 {
		t.Errorf("%d keys were asked for, %d codes", m.CountCalls("CreateAccessKey"), m.CountCodes())
	}
	if active, _ := m.ActiveKeys(); !slices.Equal(active, []string{m.AWS.Key.ID}) || m.WantWorking() != m.AWS.Key.ID {
		t.Errorf("active: %v", active)
	}
	if left, _ := filepath.Glob(filepath.Join(m.Paths.State, "rotation-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}

// An address that says the key is of another user is not AWS, or the record is
// wrong: nothing is changed.
func TestRotateAtStandIn(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	other := m.PointAtStandIn()
	_, err := m.rotate()
	m.WantStoppedAtStandIn(other, err)
}

// IAM alone may be asked elsewhere: an address that does not list the key of the
// user is not to give one in its place.
func TestRotateAtStandInForIAM(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	other := fakeaws.New()
	url, err := other.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(other.Close)
	account := other.AddAccount("123456789012")
	dev := account.AddUser("dev")
	dev.ImportAccessKey(m.AWS.Key.ID, m.AWS.Key.Secret)
	if err := dev.PutPolicy("all", `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`); err != nil {
		t.Fatal(err)
	}
	account.AddUser("phoebe").AddAccessKey()
	if err := os.Remove(m.Paths.Config); err != nil {
		t.Fatal(err)
	}
	m.AddProfile("admin", "", "", "services = elsewhere", "[services elsewhere]", "iam =", "  endpoint_url = "+url)
	_, err = m.rotate()
	brokertest.WantFailed(t, err, failure.Other, "IAM at "+url+" does not list the key "+m.AWS.Key.ID)
	if len(other.Calls("CreateAccessKey")) > 0 || m.StoredKey().AccessKeyID != m.AWS.Key.ID {
		t.Error("a key was asked for")
	}
}

// The plan names an address that is not AWS's own.
func TestRotateNamesTheAddress(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	m.Refuse = "key      phoebe"
	_, err := m.rotate()
	brokertest.WantFailed(t, err, failure.NeedPerson, "nothing was changed")
	if want := "address  " + m.AWS.Server.URL() + ", which is not AWS's own"; !strings.Contains(m.Shown(), want) {
		t.Errorf("not shown: %s\n%s", want, m.Shown())
	}
}
