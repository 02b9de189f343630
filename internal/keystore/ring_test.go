package keystore

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/99designs/keyring"
)

// memory is a keychain of a system that is not here, as strict about sizes as
// Windows.
type memory struct {
	mu     sync.Mutex
	items  map[string][]byte
	sets   int
	failAt int   // the set, counted from 1, that fails; zero: none
	fault  error // what every call answers, if not nil
	hung   chan struct{}
}

var errFault = errors.New("the system said no")

func (m *memory) begin() error {
	if m.hung != nil {
		<-m.hung
	}
	return m.fault
}

func (m *memory) Get(key string) (keyring.Item, error) {
	if err := m.begin(); err != nil {
		return keyring.Item{}, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	data, ok := m.items[key]
	if !ok {
		return keyring.Item{}, keyring.ErrKeyNotFound
	}
	return keyring.Item{Key: key, Data: slices.Clone(data)}, nil
}

func (m *memory) Set(item keyring.Item) error {
	if err := m.begin(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.sets++; m.sets == m.failAt || len(item.Data) > blobSize {
		return errFault
	}
	m.items[item.Key] = slices.Clone(item.Data)
	return nil
}

func (m *memory) Remove(key string) error {
	if err := m.begin(); err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.items[key]; !ok {
		return keyring.ErrKeyNotFound
	}
	delete(m.items, key)
	return nil
}

func (m *memory) Keys() ([]string, error) {
	if err := m.begin(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	return slices.Collect(maps.Keys(m.items)), nil
}

func (m *memory) GetMetadata(string) (keyring.Metadata, error) {
	return keyring.Metadata{}, keyring.ErrMetadataNotSupported
}

// piecesSubject is what the Windows Credential Manager is made of, on a keychain
// in memory.
func piecesSubject(t *testing.T) subject {
	m := &memory{items: map[string][]byte{}}
	record := recordIn(t)
	return subject{
		options: Options{RecordPath: record, FileDir: t.TempDir(), Kind: File},
		prepare: func(s *Store) {
			limit := s.backend.(*fileStore).limit
			s.backend = inPieces(&ringStore{m, "memory", limit, func(err error) error { return err }}, record)
		},
		damage: func(_ *testing.T, item string) { m.items[item] = []byte("garbage") },
		lock:   func(*testing.T, *subject) { m.fault = ErrLocked },
		refuse: func(*testing.T, *subject) { m.fault = ErrDismissed },
		hang:   func(*testing.T, *subject) { m.hung = make(chan struct{}) },
	}
}

func TestPieces(t *testing.T) {
	ctx := testContext(t)
	m := &memory{items: map[string][]byte{}}
	p := inPieces(&ringStore{m, "memory", DefaultCallTimeout, func(err error) error { return err }}, recordIn(t))
	check := func(item, want string) {
		t.Helper()
		if got, err := p.get(ctx, item); err != nil || string(got) != want {
			t.Fatalf("got %d bytes, want %d: %v", len(got), len(want), err)
		}
	}
	set := func(item, value string) {
		t.Helper()
		if err := p.set(ctx, item, []byte(value)); err != nil {
			t.Fatal(err)
		}
		check(item, value)
	}
	long := strings.Repeat("long ", 2000)
	for _, n := range []int{0, 1, blobSize - 1, blobSize, blobSize + 1, 2 * blobSize, len(long)} {
		set("a", long[:n])
	}
	if len(m.items) != 1+(len(long)+blobSize-1)/blobSize {
		t.Errorf("%d items for %d bytes", len(m.items), len(long))
	}
	// Whichever write fails, the old value is there, and no piece too many.
	before := len(m.items)
	for fail := 1; fail <= 3; fail++ {
		m.sets, m.failAt = 0, fail
		if err := p.set(ctx, "a", []byte(strings.Repeat("x", blobSize+2))); err == nil {
			t.Fatal("a failed write was reported as done")
		}
		check("a", long)
		if fail < 3 && len(m.items) != before { // the third is the item itself: which value it has is not known then
			t.Errorf("%d items, want %d", len(m.items), before)
		}
	}
	m.failAt = 0
	set("a", "short")
	if err := p.remove(ctx, "a"); err != nil {
		t.Fatal(err)
	}
	set("b", long)
	for name := range m.items {
		if strings.HasPrefix(name, "b/") && strings.HasSuffix(name, "-1") {
			delete(m.items, name)
		}
	}
	_, err := p.get(ctx, "b")
	wantError(t, err, ErrCorrupt)
	// A list that names another item's pieces is not followed.
	m.items["c"], m.items["secret"] = []byte(`{"pieces":["secret"]}`), []byte("x")
	_, err = p.get(ctx, "c")
	wantError(t, err, ErrCorrupt)
	if err := p.remove(ctx, "c"); err != nil || m.items["secret"] == nil {
		t.Errorf("another item was removed: %v", err)
	}
	if err := p.set(ctx, "d", make([]byte, maxPieces*blobSize+1)); err == nil {
		t.Error("a value without end was taken")
	}
}
