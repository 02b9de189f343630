package keystore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/passphrase"
)

func init() { TestOnlyRounds() }

func fileSubject(t *testing.T) subject {
	dir := filepath.Join(t.TempDir(), "data", "keystore")
	return subject{
		options: Options{RecordPath: recordIn(t), FileDir: dir, Kind: File, Passphrase: answer(goodPassphrase)},
		damage: func(t *testing.T, item string) {
			path := filepath.Join(dir, fileName(item))
			token, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			token[len(token)/2] ^= 1
			if err := os.WriteFile(path, token, 0o600); err != nil {
				t.Fatal(err)
			}
		},
		lock: func(_ *testing.T, x *subject) { x.options.Passphrase = nil },
		refuse: func(_ *testing.T, x *subject) {
			x.options.Passphrase = func(context.Context, PassphraseRequest) (credential.Secret, error) {
				return credential.Secret{}, ErrDismissed
			}
		},
		hang: func(_ *testing.T, x *subject) {
			x.options.Passphrase = func(ctx context.Context, _ PassphraseRequest) (credential.Secret, error) {
				return credential.Secret{}, fmt.Errorf("%w: nobody answered", ErrTimeout)
			}
		},
		mend: func(*testing.T, *subject) {},
	}
}

func answer(passphrase string) func(context.Context, PassphraseRequest) (credential.Secret, error) {
	return func(context.Context, PassphraseRequest) (credential.Secret, error) {
		return credential.NewSecret(passphrase), nil
	}
}

// asked counts questions and answers them.
type asked struct {
	passphrase string
	requests   []PassphraseRequest
}

func (a *asked) ask(_ context.Context, r PassphraseRequest) (credential.Secret, error) {
	a.requests = append(a.requests, r)
	return credential.NewSecret(a.passphrase), nil
}

func TestPassphraseIsAskedOnce(t *testing.T) {
	o := fileSubject(t).options
	first := &asked{passphrase: goodPassphrase}
	o.Passphrase = first.ask
	s := mustOpen(t, o)
	_, err := s.Get(testContext(t), "phoebe")
	wantError(t, err, ErrNotFound)
	if len(first.requests) != 0 {
		t.Error("a passphrase was asked for, to open nothing")
	}
	mustSet(t, s, "phoebe", key("AKIAONE", "one"))
	mustSet(t, s, "ross", key("AKIATWO", "two"))
	wantKey(t, s, "ross", key("AKIATWO", "two"))
	if len(first.requests) != 1 || !first.requests[0].New || first.requests[0].MinLength != minPassphrase || first.requests[0].Dir != o.FileDir {
		t.Errorf("asked %+v, want once, for a new one", first.requests)
	}

	later := &asked{passphrase: goodPassphrase}
	o.Passphrase = later.ask
	s = mustOpen(t, o)
	wantKey(t, s, "phoebe", key("AKIAONE", "one"))
	mustSet(t, s, "chandler", key("AKIATHREE", "three"))
	if len(later.requests) != 1 || later.requests[0].New {
		t.Errorf("asked %+v, want once, for the existing one", later.requests)
	}
}

func TestWrongPassphrase(t *testing.T) {
	o := fileSubject(t).options
	mustSet(t, mustOpen(t, o), "phoebe", key("AKIAONE", "one"))
	before := snapshot(t, o.FileDir)

	wrong := &asked{passphrase: "wrong horse battery"}
	o.Passphrase = wrong.ask
	s := mustOpen(t, o)
	_, err := s.Get(testContext(t), "phoebe")
	wantError(t, err, ErrPassphrase)
	wantError(t, s.Set(testContext(t), "phoebe", key("AKIATWO", "two"), KeyInfo{}), ErrPassphrase)
	wantError(t, s.Set(testContext(t), "ross", key("AKIATWO", "two"), KeyInfo{}), ErrPassphrase)
	if after := snapshot(t, o.FileDir); after != before {
		t.Error("a wrong passphrase changed the keystore")
	}
	if info, _ := indexed(t, s, "phoebe"); info.AccessKeyID != "AKIAONE" {
		t.Errorf("a wrong passphrase changed the index: %+v", info)
	}
	if err := s.RemoveItem(testContext(t), "nothing"); !errors.Is(err, ErrNotFound) || len(wrong.requests) != 3 {
		t.Errorf("removing asked for a passphrase (%d questions): %v", len(wrong.requests), err)
	}
	wrong.passphrase = goodPassphrase
	wantKey(t, s, "phoebe", key("AKIAONE", "one")) // the same Store asks again
}

func TestWeakPassphrase(t *testing.T) {
	o := fileSubject(t).options
	for _, weak := range []string{"elevenchars", "password1234", "aaaaaaaaaaaa"} {
		o.Passphrase = answer(weak)
		s := mustOpen(t, o)
		wantError(t, s.Set(testContext(t), "phoebe", key("AKIAONE", "one"), KeyInfo{}), ErrWeakPassphrase)
		if files := snapshot(t, o.FileDir); files != "" {
			t.Errorf("files were written: %s", files)
		}
	}
}

// oldFiles makes a keystore as earlier versions did: with keyring's own rounds.
func oldFiles(t *testing.T, o Options) {
	t.Helper()
	s := mustOpen(t, o)
	for _, name := range []string{"phoebe", "ross"} {
		mustSet(t, s, name, key("AKIAONE", "one"))
	}
	ring, err := openRing(o.FileDir, credential.NewSecret(goodPassphrase))
	if err != nil {
		t.Fatal(err)
	}
	for _, item := range items(t, s) {
		found, err := ring.Get(item)
		if err == nil {
			err = ring.Set(found)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := roundsIn(t, s); got != "8192 8192 8192" {
		t.Fatalf("the old files have %s rounds", got)
	}
}

func items(t *testing.T, s *Store) []string {
	t.Helper()
	items, err := s.backend.(*fileStore).files()
	if err != nil {
		t.Fatal(err)
	}
	return items
}

func roundsIn(t *testing.T, s *Store) string {
	t.Helper()
	var all []string
	for _, item := range items(t, s) {
		token, err := os.ReadFile(s.backend.(*fileStore).path(item))
		if err != nil {
			t.Fatal(err)
		}
		n, _ := passphrase.RoundsOf(token)
		all = append(all, fmt.Sprint(n))
	}
	return strings.Join(all, " ")
}

// TestOldFilesAreSealedAgain at the next use of the passphrase, all of them, and by
// nobody who has not the right one.
func TestOldFilesAreSealedAgain(t *testing.T) {
	for name, use := range map[string]func(t *testing.T, s *Store){
		"reading": func(t *testing.T, s *Store) { wantKey(t, s, "phoebe", key("AKIAONE", "one")) },
		"writing": func(t *testing.T, s *Store) { mustSet(t, s, "phoebe", key("AKIATWO", "two")) },
	} {
		t.Run(name, func(t *testing.T) {
			o := fileSubject(t).options
			oldFiles(t, o)
			wrong := o
			wrong.Passphrase = answer("wrong horse battery")
			if _, err := mustOpen(t, wrong).Get(testContext(t), "phoebe"); !errors.Is(err, ErrPassphrase) || roundsIn(t, mustOpen(t, o)) != "8192 8192 8192" {
				t.Errorf("%v, and %s rounds", err, roundsIn(t, mustOpen(t, o)))
			}
			s := mustOpen(t, o)
			if err := s.Look(testContext(t), "phoebe"); err != nil || roundsIn(t, s) != "8192 8192 8192" {
				t.Errorf("a look: %v, and %s rounds", err, roundsIn(t, s))
			}
			use(t, s)
			if got := roundsIn(t, s); got != "10000 10000 10000" {
				t.Errorf("the files have %s rounds", got)
			}
			wantKey(t, mustOpen(t, o), "ross", key("AKIAONE", "one"))
			before := snapshot(t, o.FileDir)
			wantKey(t, s, "phoebe", map[bool]credential.Credentials{true: key("AKIAONE", "one"), false: key("AKIATWO", "two")}[name == "reading"])
			if snapshot(t, o.FileDir) != before {
				t.Error("it was done twice")
			}
		})
	}
}

// TestSealingAgainWaitsForNobody, and a damaged file stays as it is.
func TestSealingAgainWaitsForNobody(t *testing.T) {
	o := fileSubject(t).options
	oldFiles(t, o)
	s := mustOpen(t, o)
	fs := s.backend.(*fileStore)
	path := fs.path(itemName(keySpace, "ross"))
	token, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	token[len(token)/2] ^= 1
	if err := os.WriteFile(path, token, 0o600); err != nil {
		t.Fatal(err)
	}
	err = withLock(t.Context(), filepath.Join(o.FileDir, ".lock"), time.Second, func() error {
		started := time.Now()
		wantKey(t, s, "phoebe", key("AKIAONE", "one"))
		if took := time.Since(started); took > time.Second || roundsIn(t, s) != "8192 8192 8192" {
			t.Errorf("%s under somebody else's lock, %s rounds", took, roundsIn(t, s))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	wantKey(t, s, "phoebe", key("AKIAONE", "one"))
	if left, err := os.ReadFile(path); err != nil || string(left) != string(token) || roundsIn(t, s) != "10000 10000 8192" {
		t.Errorf("the damaged file was changed, or the others were not: %s rounds, %v", roundsIn(t, s), err)
	}
}

// memo is a Memory that counts.
type memo struct {
	passphrase string
	kept, lost int
}

func (m *memo) memory() Memory {
	return Memory{
		Recall: func() (credential.Secret, bool) { return credential.NewSecret(m.passphrase), m.passphrase != "" },
		Keep:   func(p credential.Secret) { m.passphrase, m.kept = p.Reveal(), m.kept+1 },
		Forget: func() { m.passphrase, m.lost = "", m.lost+1 },
	}
}

// TestMemory: a passphrase is kept once it has opened something, asked for no more
// while it is kept, and asked for again, once, if it does not fit any more.
func TestMemory(t *testing.T) {
	o := fileSubject(t).options
	m, person := &memo{}, &asked{passphrase: goodPassphrase}
	o.Memory, o.Passphrase = m.memory(), person.ask
	mustSet(t, mustOpen(t, o), "phoebe", key("AKIAONE", "one"))
	later := mustOpen(t, o)
	wantKey(t, later, "phoebe", key("AKIAONE", "one"))
	mustSet(t, later, "ross", key("AKIATWO", "two"))
	if len(person.requests) != 1 || m.kept != 1 || m.lost != 0 || m.passphrase != goodPassphrase {
		t.Errorf("asked %d times, kept %d times, forgot %d times", len(person.requests), m.kept, m.lost)
	}
	for name, use := range map[string]func(*Store){
		"reading": func(s *Store) { wantKey(t, s, "phoebe", key("AKIAONE", "one")) },
		"writing": func(s *Store) { mustSet(t, s, "phoebe", key("AKIAONE", "one")) },
	} {
		*m, *person = memo{passphrase: "wrong horse battery"}, asked{passphrase: goodPassphrase}
		use(mustOpen(t, o))
		if len(person.requests) != 1 || m.lost != 1 || m.passphrase != goodPassphrase {
			t.Errorf("%s with one that does not fit: asked %d times, forgot %d times", name, len(person.requests), m.lost)
		}
	}
	*m, *person = memo{}, asked{passphrase: "wrong horse battery"}
	_, err := mustOpen(t, o).Get(testContext(t), "phoebe")
	wantError(t, err, ErrPassphrase)
	if m.kept != 0 || len(person.requests) != 1 {
		t.Errorf("a wrong passphrase was kept, or asked for %d times", len(person.requests))
	}
}

func TestNobodyToAsk(t *testing.T) {
	o := fileSubject(t).options
	mustSet(t, mustOpen(t, o), "phoebe", key("AKIAONE", "one"))
	o.Passphrase = nil
	_, err := mustOpen(t, o).Get(testContext(t), "phoebe")
	wantError(t, err, ErrLocked)
	refused := errors.New("the person closed it")
	o.Passphrase = func(context.Context, PassphraseRequest) (credential.Secret, error) {
		return credential.Secret{}, refused
	}
	_, err = mustOpen(t, o).Get(testContext(t), "phoebe")
	wantError(t, err, refused)
}

// Every way to cut or change a file short of its length is damage or, where
// the passphrase itself could not be checked, a wrong passphrase; never a
// panic, never a secret.
func TestDamagedFiles(t *testing.T) {
	x := fileSubject(t)
	mustSet(t, mustOpen(t, x.options), "phoebe", key("AKIAONE", "one"))
	path := filepath.Join(x.options.FileDir, fileName(itemName(keySpace, "phoebe")))
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var variants [][]byte
	for n := 0; n < len(whole); n += 23 {
		flipped := append([]byte(nil), whole...)
		flipped[n] ^= 0x02
		variants = append(variants, whole[:n], flipped)
	}
	variants = append(variants, []byte("....."), []byte("a.b.c"), []byte("a.b.c.d.e"), append(whole, '.'))
	for i, v := range variants {
		if err := os.WriteFile(path, v, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := mustOpen(t, x.options).Get(testContext(t), "phoebe")
		// The last letter of a base64 text has bits that mean nothing.
		if same := err == nil && got == key("AKIAONE", "one"); !same && !errors.Is(err, ErrCorrupt) {
			t.Errorf("variant %d: %v, want ErrCorrupt", i, err)
		}
	}
}

func TestLostCheckItem(t *testing.T) {
	for name, spoil := range map[string]func(string) error{
		"lost":    os.Remove,
		"damaged": func(p string) error { return os.WriteFile(p, []byte("x"), 0o600) },
	} {
		t.Run(name, func(t *testing.T) {
			o := fileSubject(t).options
			mustSet(t, mustOpen(t, o), "phoebe", key("AKIAONE", "one"))
			if err := spoil(filepath.Join(o.FileDir, fileName(checkItem))); err != nil {
				t.Fatal(err)
			}
			wrong := o
			wrong.Passphrase = answer("wrong horse battery")
			wantError(t, mustOpen(t, wrong).Set(testContext(t), "ross", key("AKIATWO", "two"), KeyInfo{}), ErrPassphrase)
			s := mustOpen(t, o)
			wantKey(t, s, "phoebe", key("AKIAONE", "one"))
			mustSet(t, s, "ross", key("AKIATWO", "two"))
			if _, err := s.backend.(*fileStore).open(checkItem, credential.NewSecret(goodPassphrase)); err != nil {
				t.Errorf("the check item was not made again: %v", err)
			}
		})
	}
}

func TestSwappedFilesAreNoticed(t *testing.T) {
	o := fileSubject(t).options
	s := mustOpen(t, o)
	mustSet(t, s, "phoebe", key("AKIAONE", "one"))
	mustSet(t, s, "ross", key("AKIATWO", "two"))
	name := func(n string) string { return filepath.Join(o.FileDir, fileName(itemName(keySpace, n))) }
	if err := os.Rename(name("ross"), name("phoebe")); err != nil {
		t.Fatal(err)
	}
	_, err := s.Get(testContext(t), "phoebe")
	wantError(t, err, ErrCorrupt)
}

// snapshot is the names and bytes of the files in dir that are not locks.
func snapshot(t *testing.T, dir string) string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil && !os.IsNotExist(err) {
		t.Fatal(err)
	}
	var b strings.Builder
	for _, e := range entries {
		if e.Name() == ".lock" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		b.WriteString(e.Name() + "\n" + string(data) + "\n")
	}
	return b.String()
}
