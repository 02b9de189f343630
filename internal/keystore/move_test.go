package keystore

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/awsbroker/awsbroker/internal/credential"
)

// faulty is a keychain in which the operation with a number goes wrong.
type faulty struct {
	backend
	op *int                  // counts down
	on func(done bool) error // what happens at zero, before and after it is done
}

func (f *faulty) at(do func() error) error {
	if *f.op--; *f.op != 0 {
		return do()
	}
	if err := f.on(false); err != nil {
		return err
	}
	if err := do(); err != nil {
		return err
	}
	return f.on(true)
}

func (f *faulty) get(ctx context.Context, item string) (data []byte, err error) {
	err = f.at(func() error { data, err = f.backend.get(ctx, item); return err })
	return data, err
}

func (f *faulty) set(ctx context.Context, item string, data []byte) error {
	return f.at(func() error { return f.backend.set(ctx, item, data) })
}

func (f *faulty) remove(ctx context.Context, item string) error {
	return f.at(func() error { return f.backend.remove(ctx, item) })
}

// twoStores are an old keystore with two keys and an item, and an empty new
// one, both in memory.
type twoStores struct {
	from, to *Store
	old, new *memory
	steps    []string
}

func newTwoStores(t *testing.T) *twoStores {
	t.Helper()
	record := recordIn(t)
	w := &twoStores{old: &memory{items: map[string][]byte{}}, new: &memory{items: map[string][]byte{}}}
	store := func(kind Kind, m *memory) *Store {
		mean := func(err error) error { return err }
		return &Store{kind: kind, recordPath: record, backend: inPieces(&ringStore{m, "memory", DefaultCallTimeout, mean}, filepath.Join(filepath.Dir(record), string(kind), "x"))}
	}
	w.from, w.to = store(WinCred, w.old), store(Keychain, w.new)
	mustSet(t, w.from, "phoebe", key("AKIAONE", "one"))
	mustSet(t, w.from, "ross", key("AKIATWO", "two"))
	if err := w.from.SetItem(testContext(t), "seal", credential.NewSecret("wax")); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *twoStores) told(step MoveStep, name string) {
	w.steps = append(w.steps, fmt.Sprint([]string{"copied", "pinned", "removed"}[step], " ", name))
}

func (w *twoStores) options() MoveOptions {
	return MoveOptions{Items: []string{"seal", "nothing"}, Told: w.told}
}

// run is what the broker does, from whatever state there is.
func (w *twoStores) run(ctx context.Context, o MoveOptions) error {
	rec, err := ReadRecord(w.from.recordPath)
	if err == nil && rec.Keystore == w.from.kind {
		err = Move(ctx, w.from, w.to, o)
	}
	if err == nil && !o.Keep {
		err = FinishMove(ctx, w.to, w.from, w.told)
	}
	return err
}

// wantWhole checks that the keystore on record has every key.
func (w *twoStores) wantWhole(t *testing.T) Kind {
	t.Helper()
	rec, err := ReadRecord(w.from.recordPath)
	if err != nil || len(rec.Keys) != 2 {
		t.Fatalf("the record has %d keys: %v", len(rec.Keys), err)
	}
	s := w.from
	if rec.Keystore == w.to.kind {
		s = w.to
	}
	wantKey(t, s, "phoebe", key("AKIAONE", "one"))
	wantKey(t, s, "ross", key("AKIATWO", "two"))
	return rec.Keystore
}

func (w *twoStores) wantMoved(t *testing.T) {
	t.Helper()
	if kind := w.wantWhole(t); kind != w.to.kind {
		t.Errorf("the pin is %q", kind)
	}
	if rec, _ := ReadRecord(w.from.recordPath); rec.Leaving != nil {
		t.Errorf("old copies are on record: %+v", rec.Leaving)
	}
	if len(w.old.items) != 0 || len(w.new.items) != 3 {
		t.Errorf("%d items in the old keystore, %d in the new one", len(w.old.items), len(w.new.items))
	}
	if v, err := w.to.GetItem(testContext(t), "seal"); err != nil || v.Reveal() != "wax" {
		t.Errorf("the item: %v", err)
	}
}

func TestMove(t *testing.T) {
	w := newTwoStores(t)
	if err := w.run(testContext(t), w.options()); err != nil {
		t.Fatal(err)
	}
	w.wantMoved(t)
	if got := fmt.Sprint(w.steps); got != "[copied phoebe copied ross pinned  removed phoebe removed ross]" {
		t.Errorf("told %s", got)
	}
	wantError(t, w.from.Set(testContext(t), "chandler", key("AKIATHREE", "three"), KeyInfo{}), ErrPinned)
}

func TestMoveKeepsCopies(t *testing.T) {
	w := newTwoStores(t)
	o := w.options()
	o.Keep = true
	if err := w.run(testContext(t), o); err != nil {
		t.Fatal(err)
	}
	if w.wantWhole(t) != w.to.kind || len(w.old.items) != 3 {
		t.Errorf("%d items in the old keystore", len(w.old.items))
	}
	// The copies that were kept are not in the way of moving back.
	w.from, w.to, w.old, w.new = w.to, w.from, w.new, w.old
	if err := w.run(testContext(t), w.options()); err != nil {
		t.Fatal(err)
	}
	w.wantMoved(t)
}

// killed is what a kill looks like from inside.
type killed struct{}

// A kill before or after any operation, in either keystore: no key is lost,
// and doing it again finishes it.
func TestMoveIsKilled(t *testing.T) {
	for _, after := range []bool{false, true} {
		for _, inNew := range []bool{false, true} {
			for n := 1; ; n++ {
				w := newTwoStores(t)
				left := n
				kill := func(done bool) error {
					if done == after {
						panic(killed{})
					}
					return nil
				}
				spoilt := w.from
				if inNew {
					spoilt = w.to
				}
				sound := spoilt.backend
				spoilt.backend = &faulty{sound, &left, kill}
				func() {
					defer func() {
						if p := recover(); p != nil && p != (killed{}) {
							panic(p)
						}
					}()
					_ = w.run(testContext(t), w.options())
				}()
				spoilt.backend = sound
				w.wantWhole(t)
				if err := w.run(testContext(t), w.options()); err != nil {
					t.Fatalf("killed at %d (after: %v, new: %v), the second try: %v", n, after, inNew, err)
				}
				w.wantMoved(t)
				if left > 0 { // it came to its end
					t.Logf("after: %v, new: %v: %d operations", after, inNew, n-left)
					break
				}
			}
		}
	}
}

// An error in any operation of the new keystore before the pin: the old one
// stays the one that is used, and the new one is as it was.
func TestMoveFails(t *testing.T) {
	for n := 1; ; n++ {
		w := newTwoStores(t)
		left, sound := n, w.to.backend
		w.to.backend = &faulty{sound, &left, func(bool) error { return errFault }}
		err := w.run(testContext(t), w.options())
		w.to.backend = sound
		kind := w.wantWhole(t)
		if kind == w.to.kind {
			break
		}
		if !errors.Is(err, errFault) {
			t.Fatalf("operation %d: %v", n, err)
		}
		if len(w.new.items) != 0 || len(w.old.items) != 3 {
			t.Errorf("operation %d: %d items in the new keystore, %d in the old one", n, len(w.new.items), len(w.old.items))
		}
		if err := w.run(testContext(t), w.options()); err != nil {
			t.Fatal(err)
		}
		w.wantMoved(t)
	}
}

func TestMoveOverwritesNothing(t *testing.T) {
	w := newTwoStores(t)
	other := &Store{kind: Keychain, recordPath: recordIn(t), backend: w.to.backend}
	mustSet(t, other, "ross", key("AKIAOTHER", "of another home"))
	wantError(t, w.run(testContext(t), w.options()), ErrOccupied)
	wantKey(t, other, "ross", key("AKIAOTHER", "of another home"))
	if len(w.new.items) != 1 || w.wantWhole(t) != w.from.kind {
		t.Error("something was moved")
	}
	o := w.options()
	o.Replace = true
	if err := w.run(testContext(t), o); err != nil {
		t.Fatal(err)
	}
	w.wantMoved(t)
}

// A key that the old keystore has lost, or cannot read, stops the move before
// it begins.
func TestMoveOfLostKey(t *testing.T) {
	for _, want := range []error{ErrNotFound, ErrCorrupt} {
		w := newTwoStores(t)
		if want == ErrNotFound {
			delete(w.old.items, itemName(keySpace, "ross"))
		} else {
			w.old.items[itemName(keySpace, "ross")] = []byte("garbage")
		}
		wantError(t, w.run(testContext(t), w.options()), want)
		if rec, _ := ReadRecord(w.from.recordPath); rec.Keystore != w.from.kind || len(w.new.items) != 0 {
			t.Error("something was moved")
		}
	}
}

// Old copies are not removed while the new keystore cannot show the key, and
// never from a keystore that keys went into again.
func TestFinishMoveLooksFirst(t *testing.T) {
	w := newTwoStores(t)
	if err := Move(testContext(t), w.from, w.to, w.options()); err != nil {
		t.Fatal(err)
	}
	kept := w.new.items[itemName(keySpace, "ross")]
	delete(w.new.items, itemName(keySpace, "ross"))
	wantError(t, FinishMove(testContext(t), w.to, w.from, w.told), ErrNotFound)
	wantKey(t, w.from, "ross", key("AKIATWO", "two"))
	w.new.items[itemName(keySpace, "ross")] = kept
	for _, name := range []string{"phoebe", "ross"} {
		if err := w.to.Remove(testContext(t), name); err != nil {
			t.Fatal(err)
		}
	}
	mustSet(t, w.from, "ross", key("AKIANEW", "new")) // with no key left the pin may change
	if rec, _ := ReadRecord(w.from.recordPath); rec.Leaving != nil {
		t.Error("a keystore that is used again is still to be emptied")
	}
	if err := FinishMove(testContext(t), w.from, w.to, w.told); err != nil {
		t.Fatal(err)
	}
	wantKey(t, w.from, "ross", key("AKIANEW", "new"))
}

// The only key may be replaced by one in another keystore; of several, none.
func TestReplaceIntoAnotherKeystore(t *testing.T) {
	w := newTwoStores(t)
	w.to.name, w.to.replace = "ross", true
	wantError(t, w.to.Set(testContext(t), "ross", key("AKIANEW", "new"), KeyInfo{}), ErrPinned)
	if err := w.from.Remove(testContext(t), "phoebe"); err != nil {
		t.Fatal(err)
	}
	w.new.fault = errFault
	wantError(t, w.to.Set(testContext(t), "ross", key("AKIANEW", "new"), KeyInfo{}), errFault)
	wantKey(t, w.from, "ross", key("AKIATWO", "two"))
	if rec, _ := ReadRecord(w.from.recordPath); rec.Keystore != w.from.kind || rec.Keys["ross"].AccessKeyID != "AKIATWO" {
		t.Errorf("a failure changed the record: %+v", rec)
	}
	w.new.fault = nil
	if err := w.to.Set(testContext(t), "ross", key("AKIANEW", "new"), KeyInfo{}); err != nil {
		t.Fatal(err)
	}
	wantKey(t, w.to, "ross", key("AKIANEW", "new"))
	if err := FinishMove(testContext(t), w.to, w.from, w.told); err != nil {
		t.Fatal(err)
	}
	if _, there := w.old.items[itemName(keySpace, "ross")]; there {
		t.Error("the old copy is still there")
	}
}
