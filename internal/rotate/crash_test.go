package rotate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/brokertest"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/target"
)

// accounts are the kinds of account that keys are rotated in.
var accounts = map[string]func(*rotating){
	"role":     func(*rotating) {},
	"itself":   func(m *rotating) { m.AllowKeys(false) },
	"with MFA": func(m *rotating) { m.AllowKeys(true) },
}

// boundaries are all the places where a rotation can be stopped, in its order.
func boundaries(t *testing.T, arrange func(*rotating)) (all []string) {
	t.Helper()
	m := newRotating(t)
	arrange(m)
	n := map[string]int{}
	m.at = func(when, step string) error {
		place := when + " " + step
		n[place]++
		all = append(all, fmt.Sprintf("%s %d", place, n[place]))
		return nil
	}
	if _, err := m.rotate(); err != nil {
		t.Fatal(err)
	}
	return all
}

// finished runs rotate again after something went wrong, and holds the
// invariants: the keychain had a key that works all along, and one more run
// with one more code ends with it being the only one.
func (m *rotating) finished(old string) {
	m.T.Helper()
	m.AWS.Server.ClearFaults()
	m.at, m.o = nil, Options{}
	if m.Refuse == "" {
		m.Refuse = "already has two keys" // what the first run left is known, and nobody is asked about it
	}
	before, codes := m.Shown(), m.CountCodes()
	m.WantWorking()
	if _, err := m.rotate(); err != nil {
		m.T.Fatalf("the next run: %+v\nthe first:\n%s\nthe next:\n%s", err, before, m.Shown())
	}
	if more := m.CountCodes() - codes; more > 1 {
		m.T.Errorf("the next run took %d codes", more)
	}
	m.wantDone(old)
}

func TestRotateKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	for name, arrange := range accounts {
		for _, boundary := range brokertest.TakeSome(boundaries(t, arrange)) {
			t.Run(name+"/"+boundary, func(t *testing.T) {
				t.Parallel()
				m := newRotating(t)
				arrange(m)
				m.at = brokertest.StopAt(boundary, brokertest.Kill)
				if _, err := m.rotate(); !errors.Is(err, brokertest.ErrKilled) {
					t.Fatalf("not killed: %v", err)
				}
				m.finished(m.AWS.Key.ID)
			})
		}
	}
}

// Killed again and again: each run is ended at a later step than the last, or
// at the same.
func TestRotateKilledOften(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	for _, boundary := range brokertest.TakeSome(boundaries(t, accounts["role"])) {
		m.at = brokertest.StopAt(boundary, brokertest.Kill)
		if _, err := m.rotate(); err != nil && !errors.Is(err, brokertest.ErrKilled) {
			t.Fatalf("%s: %+v", boundary, err)
		}
		m.WantWorking()
	}
	m.at = nil
	if _, err := m.rotate(); err != nil {
		t.Fatalf("%+v\n%s", err, m.Shown())
	}
	m.wantDone(m.AWS.Key.ID)
}

// A write to the keychain or of the journal fails, or times out; or it is
// done and whoever did it does not say so.
func TestRotateWritesFail(t *testing.T) {
	t.Parallel()
	writes := []string{"probe", "remove probe", "intent", "created", "store", "swap", "generation", "remove pending", "remove journal"}
	for _, write := range brokertest.TakeSome(writes) {
		for _, when := range []string{"before", "after"} {
			for _, wrong := range []error{errors.New("no space left on device"), fmt.Errorf("storing: %w", keystore.ErrTimeout)} {
				t.Run(fmt.Sprintf("%s/%s/%v", write, when, wrong), func(t *testing.T) {
					t.Parallel()
					m := newRotating(t)
					m.at = brokertest.StopAt(when+" "+write+" 1", func() error { return wrong })
					_, err := m.rotate()
					if err == nil && write == "created" {
						m.wantDone(m.AWS.Key.ID) // the intent does
						return
					}
					var f *failure.Error
					if !errors.As(err, &f) || len(f.Hints) == 0 && f.Reason != failure.Other && f.Reason != failure.Keychain {
						t.Fatalf("%+v", err)
					}
					m.finished(m.AWS.Key.ID)
				})
			}
		}
	}
}

// A new key that could not be stored is deleted in AWS again.
func TestRotateNotStored(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	m.at = brokertest.StopAt("before store 1", func() error { return keystore.ErrLocked })
	_, err := m.rotate()
	brokertest.WantFailed(t, err, failure.Keychain, "the new key was deleted in AWS again, so nothing was changed")
	if _, all := m.ActiveKeys(); !slices.Equal(all, []string{m.AWS.Key.ID}) {
		t.Errorf("in AWS: %v", all)
	}
	// And if that fails, too, it is named with the command that does it.
	m.at = brokertest.StopAt("before store 1", func() error { return keystore.ErrLocked })
	if err := m.AWS.Server.AddFault(fakeaws.Fault{Action: "DeleteAccessKey", Kind: fakeaws.FaultUnavailable, Times: -1}); err != nil {
		t.Fatal(err)
	}
	_, err = m.rotate()
	made := m.AWS.Server.Calls("CreateAccessKey")
	brokertest.WantFailed(t, err, failure.Keychain, "aws iam delete-access-key --user-name phoebe --access-key-id "+made[len(made)-1].Created)
	m.finished(m.AWS.Key.ID)
}

// Each call to AWS fails once, times out once, and is done without an answer
// once.
func TestRotateCallsFail(t *testing.T) {
	t.Parallel()
	calls := []struct {
		action string
		nth    int
	}{
		{"GetCallerIdentity", 1}, {"GetCallerIdentity", 2}, {"GetCallerIdentity", 4}, {"GetCallerIdentity", 5}, {"GetCallerIdentity", 7},
		{"ListAccessKeys", 1}, {"ListAccessKeys", 3}, {"ListAccessKeys", 4}, {"GetSessionToken", 1}, {"AssumeRole", 1},
		{"CreateAccessKey", 1}, {"UpdateAccessKey", 1}, {"DeleteAccessKey", 1},
	}
	kinds := []fakeaws.FaultKind{
		fakeaws.FaultUnavailable, fakeaws.FaultThrottle, fakeaws.FaultHang, fakeaws.FaultDropBefore, fakeaws.FaultDropAfter, fakeaws.FaultGarbage,
	}
	for _, call := range brokertest.TakeSome(calls) {
		for _, kind := range kinds {
			for _, times := range []int{1, 3} { // three is as often as a call is sent
				if times > 1 && kind != fakeaws.FaultUnavailable {
					continue
				}
				t.Run(fmt.Sprintf("%s/%d/%s/%d", call.action, call.nth, kind, times), func(t *testing.T) {
					t.Parallel()
					m := newRotating(t)
					if err := m.AWS.Server.AddFault(fakeaws.Fault{Action: call.action, Nth: call.nth, Kind: kind, Times: times}); err != nil {
						t.Fatal(err)
					}
					_, err := m.rotate()
					if err == nil {
						m.wantDone(m.AWS.Key.ID)
						return
					}
					var f *failure.Error
					if !errors.As(err, &f) {
						t.Fatalf("%#v", err)
					}
					m.finished(m.AWS.Key.ID)
				})
			}
		}
	}
}

// The answer to CreateAccessKey is lost: the key is found, also where lists are
// slow to show it, and deleted; another one takes its place.
func TestRotateAnswerLost(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	m.waits.Listing = 4 * time.Second
	m.AWS.Server.SetLag(fakeaws.Lag{Listing: 1500 * time.Millisecond})
	if err := m.AWS.Server.AddFault(fakeaws.Fault{Action: "CreateAccessKey", Kind: fakeaws.FaultDropAfter}); err != nil {
		t.Fatal(err)
	}
	if _, err := m.rotate(); err != nil {
		t.Fatalf("%+v\n%s", err, m.Shown())
	}
	m.wantDone(m.AWS.Key.ID)
	if n := m.CountCalls("CreateAccessKey"); n != 2 || m.CountCodes() != 1 {
		t.Errorf("%d keys were made, %d codes", n, m.CountCodes())
	}
}

// A key that appears at the same time and is used is somebody else's.
func TestRotateLeavesStrangersAlone(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	if err := m.AWS.Server.AddFault(fakeaws.Fault{Action: "CreateAccessKey", Kind: fakeaws.FaultDropBefore}); err != nil {
		t.Fatal(err)
	}
	var stranger *fakeaws.AccessKey
	m.at = brokertest.StopAt("after create 1", func() error {
		stranger = m.AWS.User.AddAccessKey()
		m.use(stranger)
		return nil
	})
	_, err := m.rotate()
	brokertest.WantFailed(t, err, failure.Unreachable, "")
	if active, _ := m.ActiveKeys(); !slices.Contains(active, stranger.ID) || !strings.Contains(m.Shown(), stranger.ID) {
		t.Errorf("active: %v\n%s", active, m.Shown())
	}
	// Then it stands in the way, and is not deleted unasked.
	m.o.Yes = true
	_, err = m.rotate()
	brokertest.WantFailed(t, err, failure.Other, "aws iam delete-access-key --user-name phoebe --access-key-id "+stranger.ID)
	if active, _ := m.ActiveKeys(); !slices.Contains(active, stranger.ID) {
		t.Errorf("active: %v", active)
	}
}

func (m *rotating) use(key *fakeaws.AccessKey) {
	m.T.Helper()
	b := m.NewBroker()
	admin, err := b.Target("admin")
	if err != nil {
		m.T.Fatal(err)
	}
	r := &Rotation{Actor: b.NewActor(admin, nil), Targets: []*target.Target{admin}, Waits: m.waits}
	store := m.Credentials(key)
	if _, err := r.CallerIdentity(m.T.Context(), store); err != nil {
		m.T.Fatal(err)
	}
}

// Without the journal the pending key says what it is for.
func TestRotateWithoutJournal(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	m.at = brokertest.StopAt("after prove 2", brokertest.Kill)
	if _, err := m.rotate(); !errors.Is(err, brokertest.ErrKilled) {
		t.Fatal(err)
	}
	left, _ := filepath.Glob(filepath.Join(m.Paths.State, "rotation-*"))
	if len(left) != 1 || os.Remove(left[0]) != nil {
		t.Fatalf("journals: %v", left)
	}
	m.finished(m.AWS.Key.ID)
}

// A pending key that was cut short as the keychain kept it holds nothing: the key in AWS
// goes, and another one is made.
func TestRotateWithHalfAPendingKey(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	m.at = brokertest.StopAt("after store 1", brokertest.Kill)
	if _, err := m.rotate(); !errors.Is(err, brokertest.ErrKilled) {
		t.Fatal(err)
	}
	items, _ := filepath.Glob(filepath.Join(m.Paths.Data, "*", "*pending*"))
	if len(items) != 1 || os.WriteFile(items[0], nil, 0o600) != nil {
		t.Fatalf("items: %v", items)
	}
	m.finished(m.AWS.Key.ID)
}

func TestRotateInterrupted(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	m.AWS.Server.SetLag(fakeaws.Lag{NewKey: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	m.at = brokertest.StopAt("after prove 5", func() error { cancel(); return nil })
	_, err := m.rotateIn(ctx)
	brokertest.WantFailed(t, err, failure.NeedPerson, "to resume, run again: awsbroker rotate phoebe")
	m.AWS.Server.SetLag(fakeaws.Lag{})
	m.finished(m.AWS.Key.ID)
}

func TestRotateTwoAtOnce(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	m.Login("admin")
	inside, leave := make(chan struct{}), make(chan struct{})
	m.at = brokertest.StopAt("after create 1", func() error { close(inside); <-leave; return nil })
	var first error
	var wg sync.WaitGroup
	wg.Go(func() { _, first = m.rotate() })
	<-inside
	b := m.NewBroker()
	_, err := Run(t.Context(), b, Options{})
	brokertest.WantFailed(t, err, failure.Other, fmt.Sprintf("another awsbroker (process %d) is rotating", os.Getpid()))
	close(leave)
	wg.Wait()
	if first != nil {
		t.Fatal(first)
	}
	m.wantDone(m.AWS.Key.ID)
}
