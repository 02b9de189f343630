package session

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
)

var (
	// errNoKey means that there is a place for the sealing key, and no key in it.
	errNoKey = errors.New("no sealing key")
	// errRefused means that the system keeps no keys for us: one without such a
	// place, or a container that forbids keyctl.
	errRefused = errors.New("this system cannot store keys")
)

// Vault keeps a sealing key where the system does not: in the keychain.
// Get returns nil, nil when there is none.
type Vault interface {
	Get(context.Context) ([]byte, error)
	Set(context.Context, []byte) error
	Remove(context.Context) error
}

// SystemKey returns the sealing key for dir if the system itself holds one:
// the kernel's keyring on Linux, DPAPI on Windows. It makes none and waits for
// nothing. Two directories (two homes, a test) have two keys, so that dropping
// one leaves the other.
func SystemKey(dir string) ([]byte, error) {
	key, err := readSystemKey(dir)
	if err == nil && len(key) != keySize {
		return nil, errNoKey
	}
	return key, err
}

// Key returns the sealing key for dir, and makes it if there is none: with the
// system, or in vault where the system keeps none.
func Key(ctx context.Context, dir string, vault Vault) ([]byte, error) {
	key, err := SystemKey(dir)
	if err == nil {
		return key, nil
	}
	if errors.Is(err, errNoKey) {
		key, err = makeKey(ctx, dir, systemVault{dir})
		if !errors.Is(err, errRefused) {
			return key, err
		}
		// It reads keys and takes none: a plain user's quota is 200.
	}
	if vault == nil {
		return nil, err
	}
	if key, err = vault.Get(ctx); err != nil || len(key) == keySize {
		return key, err
	}
	return makeKey(ctx, dir, vault)
}

// makeKey under a lock and reads it back: of two cold callers, the second
// must find the key of the first.
func makeKey(ctx context.Context, dir string, place Vault) ([]byte, error) {
	lock := NewLock(dir, "sealing key")
	if err := lock.Wait(ctx); err != nil {
		return nil, err
	}
	defer lock.Unlock()
	if key, err := place.Get(ctx); err != nil || len(key) == keySize {
		return key, err
	}
	key := make([]byte, keySize)
	if _, err := io.ReadFull(rand.Reader, key); err != nil {
		return nil, err
	}
	if err := place.Set(ctx, key); err != nil {
		return nil, err
	}
	back, err := place.Get(ctx)
	if err != nil {
		return nil, err
	}
	if !bytes.Equal(back, key) {
		return nil, fmt.Errorf("the sealing key was not stored correctly")
	}
	return key, nil
}

// DropKey forgets the sealing key for dir, and with it every session there.
func DropKey(ctx context.Context, dir string, vault Vault) error {
	err := systemVault{dir}.Remove(ctx)
	if errors.Is(err, errRefused) && vault != nil {
		return vault.Remove(ctx)
	}
	if errors.Is(err, errRefused) {
		return nil
	}
	return err
}

// InSystem reports whether the system keeps sealing keys here.
func InSystem(dir string) bool {
	_, err := SystemKey(dir)
	return err == nil || errors.Is(err, errNoKey)
}

type systemVault struct{ dir string }

func (v systemVault) Get(context.Context) ([]byte, error) {
	key, err := readSystemKey(v.dir)
	if errors.Is(err, errNoKey) {
		return nil, nil
	}
	return key, err
}

func (v systemVault) Set(_ context.Context, key []byte) error { return writeSystemKey(v.dir, key) }

func (v systemVault) Remove(context.Context) error { return removeSystemKey(v.dir) }
