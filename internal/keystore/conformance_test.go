package keystore

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

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/desktop"

	// Its guard keeps the test binary, too, from the bus of whoever runs the
	// tests, and from starting one.
	_ "github.com/awsbroker/awsbroker/internal/start"
)

// A keychain under test: options that open it empty, and ways to spoil it.
type subject struct {
	options Options
	prepare func(s *Store) // what options cannot say

	damage func(t *testing.T, item string) // what it holds of an item
	lock   func(t *testing.T, x *subject)  // nobody is there to unlock it
	refuse func(t *testing.T, x *subject)  // somebody is, and says no
	hang   func(t *testing.T, x *subject)  // it does not answer any more
	mend   func(t *testing.T, x *subject)  // undoes these; nil: they are for good
}

func (x subject) open(ctx context.Context) (*Store, error) {
	s, err := Open(ctx, x.options)
	if err == nil && x.prepare != nil {
		x.prepare(s)
	}
	return s, err
}

func (x subject) mustOpen(t *testing.T) *Store {
	t.Helper()
	s, err := x.open(testContext(t))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// subjects are the keychains of the conformance suite, by the names of the programs
// that keep them. Each call gives an empty one of its own.
func subjects() map[string]func(t *testing.T) subject {
	all := platformSubjects()
	if !desktop.OnBus() {
		all["file"] = fileSubject
		all["pieces"] = piecesSubject
	}
	return all
}

const goodPassphrase = "correct horse battery"

func testContext(t *testing.T) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	t.Cleanup(cancel)
	return ctx
}

func key(id, secret string) credential.Credentials {
	return credential.Credentials{AccessKeyID: id, SecretAccessKey: credential.NewSecret(secret)}
}

func mustOpen(t *testing.T, o Options) *Store {
	t.Helper()
	s, err := Open(testContext(t), o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func mustSet(t *testing.T, s *Store, name string, c credential.Credentials) {
	t.Helper()
	if err := s.Set(testContext(t), name, c, KeyInfo{}); err != nil {
		t.Fatalf("Set(%q): %v", name, err)
	}
}

func wantKey(t *testing.T, s *Store, name string, want credential.Credentials) {
	t.Helper()
	got, err := s.Get(testContext(t), name)
	if err != nil {
		t.Fatalf("Get(%q): %v", name, err)
	}
	if got != want {
		t.Fatalf("Get(%q) is another key: %s, want %s", name, got.AccessKeyID, want.AccessKeyID)
	}
}

func wantError(t *testing.T, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Fatalf("the error is %v, want %v", err, want)
	}
}

func indexed(t *testing.T, s *Store, name string) (KeyInfo, bool) {
	t.Helper()
	rec, err := ReadRecord(s.recordPath)
	if err != nil {
		t.Fatal(err)
	}
	info, ok := rec.Keys[name]
	return info, ok
}

// unlocked are keychains that are open for as long as their person is signed in: cases of
// closed ones are no part of their suite.
var unlocked = []string{string(WinCred)}

var suite = []struct {
	name   string
	run    func(t *testing.T, x subject)
	closed bool // the keychain cannot be opened
}{
	{"set, get, replace, delete", conformLifecycle, false},
	{"not found", conformNotFound, false},
	{"without the record", conformUnlisted, false},
	{"odd names", conformNames, false},
	{"8 KiB", conformLarge, false},
	{"items are not keys", conformItems, false},
	{"concurrent writers", conformConcurrent, false},
	{"corrupt", conformCorrupt, false},
	{"cancelled", conformCancelled, false},
	{"locked", conformLocked, true},
	{"dismissed", conformDismissed, true},
	{"hung", conformHung, true},
}

// TestConformance prints a table of what each keychain did in each case.
func TestConformance(t *testing.T) {
	table := newTable(t)
	for name, start := range subjects() {
		t.Run(name, func(t *testing.T) {
			for _, c := range suite {
				if c.closed && slices.Contains(unlocked, name) {
					table.set(name, c.name, "never")
					continue
				}
				begun := time.Now()
				ran := t.Run(c.name, func(t *testing.T) { c.run(t, start(t)) })
				table.add(name, c.name, ran, time.Since(begun))
			}
		})
	}
	runOnBusses(t, table)
}

func conformLifecycle(t *testing.T, x subject) {
	ctx := testContext(t)
	s := x.mustOpen(t)
	mustSet(t, s, "phoebe", key("AKIAONE", "one"))
	wantKey(t, s, "phoebe", key("AKIAONE", "one"))

	again := x.mustOpen(t)
	wantKey(t, again, "phoebe", key("AKIAONE", "one"))
	added := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	if err := again.Set(ctx, "phoebe", key("AKIATWO", "two"), KeyInfo{ARN: "arn:aws:iam::123456789012:user/phoebe", Added: added}); err != nil {
		t.Fatal(err)
	}
	wantKey(t, s, "phoebe", key("AKIATWO", "two"))
	want := KeyInfo{AccessKeyID: "AKIATWO", ARN: "arn:aws:iam::123456789012:user/phoebe", Added: added}
	if info, _ := indexed(t, s, "phoebe"); info != want {
		t.Errorf("the index has %+v, want %+v", info, want)
	}

	if err := s.Remove(ctx, "phoebe"); err != nil {
		t.Fatal(err)
	}
	_, err := s.Get(ctx, "phoebe")
	wantError(t, err, ErrNotFound)
	if _, ok := indexed(t, s, "phoebe"); ok {
		t.Error("the index still has a removed key")
	}
}

func conformNotFound(t *testing.T, x subject) {
	ctx := testContext(t)
	s := x.mustOpen(t)
	_, err := s.Get(ctx, "nobody")
	wantError(t, err, ErrNotFound)
	wantError(t, s.Remove(ctx, "nobody"), ErrNotFound)
	_, err = s.GetItem(ctx, "nothing")
	wantError(t, err, ErrNotFound)
	wantError(t, s.RemoveItem(ctx, "nothing"), ErrNotFound)
	mustSet(t, s, "somebody", key("AKIAONE", "one"))
	_, err = s.Get(ctx, "nobody")
	wantError(t, err, ErrNotFound)
}

// conformUnlisted: a key that the record has lost is seen without asking anybody, is
// not overwritten by another key, and comes back with what was known of it.
func conformUnlisted(t *testing.T, x subject) {
	ctx := testContext(t)
	s := x.mustOpen(t)
	mustSet(t, s, "somebody", key("AKIAONE", "one"))
	want := KeyInfo{AccessKeyID: "AKIATWO", ARN: "arn:aws:iam::123456789012:user/phoebe",
		Added: time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC), Before: "AKIABEFORE"}
	if err := s.Set(ctx, "phoebe", key("AKIATWO", "two"), want); err != nil {
		t.Fatal(err)
	}
	if err := s.SetSeed(ctx, "arn:aws:iam::123456789012:mfa/phoebe", credential.NewSecret("SEED")); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(x.options.RecordPath); err != nil {
		t.Fatal(err)
	}
	wantError(t, s.Has(ctx, "nobody"), ErrNotFound)
	wantError(t, s.Has(ctx, "phoebe"), nil)
	if names, err := s.Names(ctx); err != nil || !slices.Equal(names, []string{"phoebe", "somebody"}) {
		t.Errorf("Names gave %q, %v", names, err)
	}
	wantError(t, s.Set(ctx, "phoebe", key("AKIANEW", "new"), KeyInfo{}), ErrOccupied)
	back, info, err := s.GetWithInfo(ctx, "phoebe")
	if err != nil || back != key("AKIATWO", "two") || info != want {
		t.Errorf("GetWithInfo gave %v, %v", info, err)
	}
	if err := s.Set(ctx, "phoebe", back, info); err != nil {
		t.Fatal(err)
	}
	rec, _ := ReadRecord(x.options.RecordPath)
	if rec.Keys["phoebe"] != want || rec.Keystore != s.kind || len(rec.Seeds) != 1 {
		t.Errorf("the record has %+v", rec)
	}
	s.replace = true
	mustSet(t, s, "somebody", key("AKIANEW", "new"))
}

// oddNames all stay apart, on file systems that ignore case too.
func oddNames() []string {
	long := strings.Repeat("Ü", 60)
	return []string{
		"a", "A", "a.", "a..", "..", ".", "a/b", "a=2fb", "a/../b", "/", "c:d", "CON", "nul", "my key", "100%", "%41",
		"o'brien@example.com", `back\slash`, "star*", "q?", "pipe|", `quo"te`, "phöbe", "日本語", "a+b=c,d", "$HOME", "`id`",
		strings.Repeat("x", 128), strings.Repeat("X", 128), long, long + "x", long + "X",
	}
}

func conformNames(t *testing.T, x subject) {
	s := x.mustOpen(t)
	for i, name := range oddNames() {
		mustSet(t, s, name, key(fmt.Sprintf("AKIA%d", i), name))
	}
	for i, name := range oddNames() {
		wantKey(t, s, name, key(fmt.Sprintf("AKIA%d", i), name))
	}
	for _, name := range oddNames() {
		wantError(t, s.Has(testContext(t), name), nil)
	}
	names, err := s.Names(testContext(t))
	for _, name := range oddNames() {
		if short := !strings.Contains(itemName(keySpace, name), "=="); slices.Contains(names, name) != short || err != nil {
			t.Errorf("Names has %q: %t, %v", name, !short, err)
		}
	}
	if err := s.Remove(testContext(t), "a"); err != nil {
		t.Fatal(err)
	}
	wantKey(t, s, "A", key("AKIA1", "A"))
}

func conformLarge(t *testing.T, x subject) {
	ctx := testContext(t)
	s := x.mustOpen(t)
	big := strings.Repeat("0123456789abcde/", 512)
	mustSet(t, s, "big", key("AKIABIG", big))
	wantKey(t, s, "big", key("AKIABIG", big))
	binary := "\x00\xff\n" + big
	if err := s.SetItem(ctx, "big", credential.NewSecret(binary)); err != nil {
		t.Fatal(err)
	}
	if got, err := s.GetItem(ctx, "big"); err != nil || got.Reveal() != binary {
		t.Fatalf("GetItem gave something else: %v", err)
	}
}

func conformItems(t *testing.T, x subject) {
	ctx := testContext(t)
	s := x.mustOpen(t)
	mustSet(t, s, "same", key("AKIAONE", "one"))
	for _, v := range []string{"first", "second"} {
		if err := s.SetItem(ctx, "same", credential.NewSecret(v)); err != nil {
			t.Fatal(err)
		}
	}
	wantKey(t, s, "same", key("AKIAONE", "one"))
	if got, err := s.GetItem(ctx, "same"); err != nil || got.Reveal() != "second" {
		t.Fatalf("GetItem gave something else: %v", err)
	}
	if err := s.RemoveItem(ctx, "same"); err != nil {
		t.Fatal(err)
	}
	_, err := s.GetItem(ctx, "same")
	wantError(t, err, ErrNotFound)
	wantKey(t, s, "same", key("AKIAONE", "one"))
}

// conformConcurrent: after any number of writers, the index and the keychain
// name the same key, and no add lost another.
func conformConcurrent(t *testing.T, x subject) {
	const writers = 8
	var wg sync.WaitGroup
	for i := range writers {
		wg.Go(func() {
			s, err := x.open(t.Context())
			if err != nil {
				t.Error(err)
				return
			}
			id := fmt.Sprintf("AKIA%d", i)
			for _, name := range []string{"shared", fmt.Sprintf("own-%d", i)} {
				if err := s.Set(t.Context(), name, key(id, "secret of "+id), KeyInfo{}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	s := x.mustOpen(t)
	for i := range writers {
		id := fmt.Sprintf("AKIA%d", i)
		wantKey(t, s, fmt.Sprintf("own-%d", i), key(id, "secret of "+id))
		if _, ok := indexed(t, s, fmt.Sprintf("own-%d", i)); !ok {
			t.Errorf("the index lost own-%d", i)
		}
	}
	info, _ := indexed(t, s, "shared")
	wantKey(t, s, "shared", key(info.AccessKeyID, "secret of "+info.AccessKeyID))
}

func conformCorrupt(t *testing.T, x subject) {
	ctx := testContext(t)
	s := x.mustOpen(t)
	mustSet(t, s, "bad", key("AKIABAD", "bad"))
	mustSet(t, s, "good", key("AKIAGOOD", "good"))
	x.damage(t, itemName(keySpace, "bad"))

	_, err := s.Get(ctx, "bad")
	wantError(t, err, ErrCorrupt)
	wantKey(t, s, "good", key("AKIAGOOD", "good"))
	mustSet(t, s, "bad", key("AKIANEW", "new"))
	wantKey(t, s, "bad", key("AKIANEW", "new"))

	x.damage(t, itemName(keySpace, "bad"))
	if err := s.Remove(ctx, "bad"); err != nil {
		t.Fatalf("a damaged key cannot be removed: %v", err)
	}
	_, err = s.Get(ctx, "bad")
	wantError(t, err, ErrNotFound)
}

func conformCancelled(t *testing.T, x subject) {
	s := x.mustOpen(t)
	mustSet(t, s, "phoebe", key("AKIAONE", "one"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := s.Get(ctx, "phoebe")
	wantError(t, err, context.Canceled)
	wantError(t, s.Set(ctx, "phoebe", key("AKIATWO", "two"), KeyInfo{}), context.Canceled)
	wantKey(t, s, "phoebe", key("AKIAONE", "one"))
	if info, _ := indexed(t, s, "phoebe"); info.AccessKeyID != "AKIAONE" && info.AccessKeyID != "" {
		t.Errorf("the index names %q, which the keychain does not hold", info.AccessKeyID)
	}
}

func conformLocked(t *testing.T, x subject) {
	conformClosed(t, x, x.lock, 2*time.Second, ErrLocked)
}

// A dialog of the keychain's own that is dismissed, or a passphrase that the
// person does not give.
func conformDismissed(t *testing.T, x subject) {
	conformClosed(t, x, x.refuse, 15*time.Second, ErrDismissed)
}

func conformHung(t *testing.T, x subject) {
	conformClosed(t, x, x.hang, 5*time.Second, ErrTimeout)
}

// conformClosed: a keychain that cannot be opened says so in time, changes
// nothing, and has its keys when it opens again.
func conformClosed(t *testing.T, x subject, spoil func(*testing.T, *subject), limit time.Duration, want error) {
	s := x.mustOpen(t)
	mustSet(t, s, "phoebe", key("AKIAONE", "one"))
	usual := x.options
	x.options.CallTimeout, x.options.DialogTimeout = 500*time.Millisecond, time.Second
	spoil(t, &x)
	s = x.mustOpen(t)
	if want == ErrLocked && s.kind != Pass { // of gpg's agent nobody can see whether it would ask
		within(t, limit, func() { wantError(t, s.Look(testContext(t), "phoebe"), ErrLocked) })
	}
	within(t, limit, func() {
		_, err := s.Get(testContext(t), "phoebe")
		wantError(t, err, want)
	})
	within(t, 2*limit, func() {
		wantError(t, s.Set(testContext(t), "phoebe", key("AKIATWO", "two"), KeyInfo{}), want)
	})
	if info, _ := indexed(t, s, "phoebe"); info.AccessKeyID != "AKIAONE" && info.AccessKeyID != "" {
		t.Errorf("a closed keychain changed the index: %+v", info)
	}
	if x.mend == nil {
		return
	}
	x.mend(t, &x)
	x.options.CallTimeout, x.options.DialogTimeout, x.options.Passphrase = usual.CallTimeout, usual.DialogTimeout, usual.Passphrase
	s = x.mustOpen(t)
	wantKey(t, s, "phoebe", key("AKIAONE", "one"))
	mustSet(t, s, "phoebe", key("AKIATWO", "two"))
}

func within(t *testing.T, limit time.Duration, do func()) {
	t.Helper()
	begun := time.Now()
	do()
	if took := time.Since(begun); took > limit {
		t.Errorf("it took %v, more than %v", took, limit)
	}
}

func recordIn(t *testing.T) string {
	return filepath.Join(t.TempDir(), "state", "keystore.json")
}
