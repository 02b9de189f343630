package session

import (
	"bytes"
	"context"
	"errors"
	"sync"
	"testing"
)

// memoryVault is a keychain that may fail.
type memoryVault struct {
	sync.Mutex
	key     []byte
	sets    int
	failing error
}

func (v *memoryVault) Get(context.Context) ([]byte, error) {
	v.Lock()
	defer v.Unlock()
	return v.key, v.failing
}

func (v *memoryVault) Set(_ context.Context, key []byte) error {
	v.Lock()
	defer v.Unlock()
	v.key, v.sets = bytes.Clone(key), v.sets+1
	return v.failing
}

func (v *memoryVault) Remove(context.Context) error {
	v.Lock()
	defer v.Unlock()
	v.key = nil
	return v.failing
}

func TestManyColdCallersShareOneKey(t *testing.T) {
	dir := t.TempDir()
	vault := &memoryVault{}
	keys := make([][]byte, 16)
	var wg sync.WaitGroup
	for i := range keys {
		wg.Go(func() {
			key, err := makeKey(context.Background(), dir, vault)
			if err != nil {
				t.Error(err)
			}
			keys[i] = key
		})
	}
	wg.Wait()
	for _, key := range keys {
		if len(key) != keySize || !bytes.Equal(key, keys[0]) {
			t.Fatalf("keys differ: %x and %x", keys[0], key)
		}
	}
	if vault.sets != 1 {
		t.Errorf("made %d keys", vault.sets)
	}
}

func TestKeyOfTheSystem(t *testing.T) {
	dir := t.TempDir()
	if !InSystem(dir) {
		t.Skip("the system keeps no keys here") // cmd/awsbroker tests that case on purpose
	}
	ctx := context.Background()
	t.Cleanup(func() { _ = DropKey(ctx, dir, nil) })
	if _, err := SystemKey(dir); !errors.Is(err, errNoKey) {
		t.Fatalf("before there is one: %v", err)
	}
	vault := &memoryVault{}
	key, err := Key(ctx, dir, vault)
	if err != nil {
		t.Fatal(err)
	}
	if vault.sets != 0 {
		t.Error("the keychain was used though the system keeps keys")
	}
	again, err := SystemKey(dir)
	if err != nil || !bytes.Equal(key, again) {
		t.Errorf("read back: %v", err)
	}
	KeepKey(dir)
	if err := DropKey(ctx, dir, vault); err != nil {
		t.Fatal(err)
	}
	if _, err := SystemKey(dir); !errors.Is(err, errNoKey) {
		t.Errorf("after dropping it: %v", err)
	}
	if err := DropKey(ctx, dir, vault); err != nil {
		t.Errorf("dropping twice: %v", err)
	}
}

func TestKeyOfALockedKeychainIsAnError(t *testing.T) {
	locked := errors.New("locked")
	if _, err := makeKey(context.Background(), t.TempDir(), &memoryVault{failing: locked}); !errors.Is(err, locked) {
		t.Errorf("got %v", err)
	}
}
