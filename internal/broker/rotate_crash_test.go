package broker

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

	"github.com/awsbroker/awsbroker/internal/fakeaws"
	"github.com/awsbroker/awsbroker/internal/keystore"
)

// accounts are the kinds of account that keys are rotated in.
var accounts = map[string]func(*rotating){
	"role":     func(*rotating) {},
	"itself":   func(m *rotating) { m.allow(false) },
	"with MFA": func(m *rotating) { m.allow(true) },
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
	m.t.Helper()
	m.aws.Server.ClearFaults()
	m.at, m.o = nil, RotateOptions{}
	if m.refuse == "" {
		m.refuse = "second key" // what the first run left is known, and nobody is asked about it
	}
	before, codes := m.shown(), m.coded()
	m.wantWorking()
	if _, err := m.rotate(); err != nil {
		m.t.Fatalf("the next run: %+v\nthe first:\n%s\nthe next:\n%s", err, before, m.shown())
	}
	if more := m.coded() - codes; more > 1 {
		m.t.Errorf("the next run took %d codes", more)
	}
	m.wantDone(old)
}

func TestRotateKilledAtEveryStep(t *testing.T) {
	t.Parallel()
	for name, arrange := range accounts {
		for _, boundary := range takeSome(boundaries(t, arrange)) {
			t.Run(name+"/"+boundary, func(t *testing.T) {
				t.Parallel()
				m := newRotating(t)
				arrange(m)
				m.at = stopAt(boundary, kill)
				if _, err := m.rotate(); !errors.Is(err, errKilled) {
					t.Fatalf("not killed: %v", err)
				}
				m.finished(m.aws.Key.ID)
			})
		}
	}
}

// Killed again and again: each run is ended at a later step than the last, or
// at the same.
func TestRotateKilledOften(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	for _, boundary := range takeSome(boundaries(t, accounts["role"])) {
		m.at = stopAt(boundary, kill)
		if _, err := m.rotate(); err != nil && !errors.Is(err, errKilled) {
			t.Fatalf("%s: %+v", boundary, err)
		}
		m.wantWorking()
	}
	m.at = nil
	if _, err := m.rotate(); err != nil {
		t.Fatalf("%+v\n%s", err, m.shown())
	}
	m.wantDone(m.aws.Key.ID)
}

// A write to the keychain or of the journal fails, or times out; or it is
// done and whoever did it does not say so.
func TestRotateWritesFail(t *testing.T) {
	t.Parallel()
	writes := []string{"probe", "remove probe", "intent", "created", "store", "swap", "generation", "remove pending", "remove journal"}
	for _, write := range takeSome(writes) {
		for _, when := range []string{"before", "after"} {
			for _, wrong := range []error{errors.New("no space left on device"), fmt.Errorf("storing: %w", keystore.ErrTimeout)} {
				t.Run(fmt.Sprintf("%s/%s/%v", write, when, wrong), func(t *testing.T) {
					t.Parallel()
					m := newRotating(t)
					m.at = stopAt(when+" "+write+" 1", func() error { return wrong })
					_, err := m.rotate()
					if err == nil && write == "created" {
						m.wantDone(m.aws.Key.ID) // the intent does
						return
					}
					var f *Failure
					if !errors.As(err, &f) || len(f.Hints) == 0 && f.Reason != Other && f.Reason != Keychain {
						t.Fatalf("%+v", err)
					}
					m.finished(m.aws.Key.ID)
				})
			}
		}
	}
}

// A new key that could not be stored is deleted in AWS again.
func TestRotateNotStored(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	m.at = stopAt("before store 1", func() error { return keystore.ErrLocked })
	_, err := m.rotate()
	wantFailed(t, err, Keychain, "the new key was deleted in AWS again, and nothing is changed")
	if _, all := m.active(); !slices.Equal(all, []string{m.aws.Key.ID}) {
		t.Errorf("in AWS: %v", all)
	}
	// And if that fails, too, it is named with the command that does it.
	m.at = stopAt("before store 1", func() error { return keystore.ErrLocked })
	if err := m.aws.Server.AddFault(fakeaws.Fault{Action: "DeleteAccessKey", Kind: fakeaws.FaultUnavailable, Times: -1}); err != nil {
		t.Fatal(err)
	}
	_, err = m.rotate()
	made := m.aws.Server.Calls("CreateAccessKey")
	wantFailed(t, err, Keychain, "aws iam delete-access-key --user-name phoebe --access-key-id "+made[len(made)-1].Created)
	m.finished(m.aws.Key.ID)
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
	for _, call := range takeSome(calls) {
		for _, kind := range kinds {
			for _, times := range []int{1, 3} { // three is as often as a call is sent
				if times > 1 && kind != fakeaws.FaultUnavailable {
					continue
				}
				t.Run(fmt.Sprintf("%s/%d/%s/%d", call.action, call.nth, kind, times), func(t *testing.T) {
					t.Parallel()
					m := newRotating(t)
					if err := m.aws.Server.AddFault(fakeaws.Fault{Action: call.action, Nth: call.nth, Kind: kind, Times: times}); err != nil {
						t.Fatal(err)
					}
					_, err := m.rotate()
					if err == nil {
						m.wantDone(m.aws.Key.ID)
						return
					}
					var f *Failure
					if !errors.As(err, &f) {
						t.Fatalf("%#v", err)
					}
					m.finished(m.aws.Key.ID)
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
	m.waits.listing = 4 * time.Second
	m.aws.Server.SetLag(fakeaws.Lag{Listing: 1500 * time.Millisecond})
	if err := m.aws.Server.AddFault(fakeaws.Fault{Action: "CreateAccessKey", Kind: fakeaws.FaultDropAfter}); err != nil {
		t.Fatal(err)
	}
	if _, err := m.rotate(); err != nil {
		t.Fatalf("%+v\n%s", err, m.shown())
	}
	m.wantDone(m.aws.Key.ID)
	if n := m.calls("CreateAccessKey"); n != 2 || m.coded() != 1 {
		t.Errorf("%d keys were made, %d codes", n, m.coded())
	}
}

// A key that appears at the same time and is used is somebody else's.
func TestRotateLeavesStrangersAlone(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	if err := m.aws.Server.AddFault(fakeaws.Fault{Action: "CreateAccessKey", Kind: fakeaws.FaultDropBefore}); err != nil {
		t.Fatal(err)
	}
	var stranger *fakeaws.AccessKey
	m.at = stopAt("after create 1", func() error {
		stranger = m.aws.User.AddAccessKey()
		m.use(stranger)
		return nil
	})
	_, err := m.rotate()
	wantFailed(t, err, Unreachable, "")
	if active, _ := m.active(); !slices.Contains(active, stranger.ID) || !strings.Contains(m.shown(), stranger.ID) {
		t.Errorf("active: %v\n%s", active, m.shown())
	}
	// Then it stands in the way, and is not deleted unasked.
	m.o.Yes = true
	_, err = m.rotate()
	wantFailed(t, err, Other, "aws iam delete-access-key --user-name phoebe --access-key-id "+stranger.ID)
	if active, _ := m.active(); !slices.Contains(active, stranger.ID) {
		t.Errorf("active: %v", active)
	}
}

func (m *rotating) use(key *fakeaws.AccessKey) {
	m.t.Helper()
	b := m.broker()
	target, err := b.Target("admin")
	if err != nil {
		m.t.Fatal(err)
	}
	r := &rotation{Actor: b.newActor(target), targets: []*Target{target}, waits: m.waits}
	store := m.credentials(key)
	if _, err := r.callerIdentity(m.t.Context(), store); err != nil {
		m.t.Fatal(err)
	}
}

// Without the journal the pending key says what it is for.
func TestRotateWithoutJournal(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	m.at = stopAt("after prove 2", kill)
	if _, err := m.rotate(); !errors.Is(err, errKilled) {
		t.Fatal(err)
	}
	left, _ := filepath.Glob(filepath.Join(m.paths.State, "rotation-*"))
	if len(left) != 1 || os.Remove(left[0]) != nil {
		t.Fatalf("journals: %v", left)
	}
	m.finished(m.aws.Key.ID)
}

func TestRotateInterrupted(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	m.aws.Server.SetLag(fakeaws.Lag{NewKey: time.Hour})
	ctx, cancel := context.WithCancel(t.Context())
	m.at = stopAt("after prove 5", func() error { cancel(); return nil })
	_, err := m.rotateIn(ctx)
	wantFailed(t, err, NeedPerson, "to go on, run again: awsbroker rotate phoebe")
	m.aws.Server.SetLag(fakeaws.Lag{})
	m.finished(m.aws.Key.ID)
}

func TestRotateTwoAtOnce(t *testing.T) {
	t.Parallel()
	m := newRotating(t)
	m.login("admin")
	inside, leave := make(chan struct{}), make(chan struct{})
	m.at = stopAt("after create 1", func() error { close(inside); <-leave; return nil })
	var first error
	var wg sync.WaitGroup
	wg.Go(func() { _, first = m.rotate() })
	<-inside
	b := m.broker()
	_, err := b.Rotate(t.Context(), RotateOptions{})
	wantFailed(t, err, Other, fmt.Sprintf("another awsbroker (process %d) is rotating", os.Getpid()))
	close(leave)
	wg.Wait()
	if first != nil {
		t.Fatal(first)
	}
	m.wantDone(m.aws.Key.ID)
}
