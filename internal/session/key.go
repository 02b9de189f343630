package session

import (
	"bytes"
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
)

var (
	// errNoKey means that there is a place for the sealing key, and no key in it.
	errNoKey = errors.New("no sealing key")
	// errRefused means that the kernel keeps no keys for us: another system,
	// or a container that forbids keyctl.
	errRefused = errors.New("the kernel keeps no keys here")
)

// Vault keeps a sealing key where the kernel does not: in the keychain.
// Get returns nil, nil when there is none.
type Vault interface {
	Get(context.Context) ([]byte, error)
	Set(context.Context, []byte) error
	Remove(context.Context) error
}

// keyName of the sealing key for dir. Two directories (two homes, a test) have
// two keys, so that dropping one leaves the other.
func keyName(dir string) string {
	sum := sha256.Sum256([]byte(dir))
	return "awsbroker:" + hex.EncodeToString(sum[:8])
}

// KernelKey returns the sealing key for dir if the kernel holds one. It makes
// none and waits for nothing.
func KernelKey(dir string) ([]byte, error) {
	key, err := readKernelKey(keyName(dir))
	if err == nil && len(key) != KeySize {
		return nil, errNoKey
	}
	return key, err
}

// Key returns the sealing key for dir, and makes it if there is none: in the
// kernel's keyring of this user, or in vault where the kernel refuses.
func Key(ctx context.Context, dir string, vault Vault) ([]byte, error) {
	key, err := KernelKey(dir)
	if err == nil {
		return key, nil
	}
	place := Vault(kernelVault{keyName(dir)})
	if !errors.Is(err, errNoKey) {
		if vault == nil {
			return nil, err
		}
		place = vault
		if key, err = place.Get(ctx); err != nil || len(key) == KeySize {
			return key, err
		}
	}
	return makeKey(ctx, dir, place)
}

// makeKey under a lock and reads it back: of two cold callers, the second
// must find the key of the first.
func makeKey(ctx context.Context, dir string, place Vault) ([]byte, error) {
	lock := NewLock(dir, "sealing key")
	if err := lock.Wait(ctx); err != nil {
		return nil, err
	}
	defer lock.Unlock()
	if key, err := place.Get(ctx); err != nil || len(key) == KeySize {
		return key, err
	}
	key := make([]byte, KeySize)
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
		return nil, fmt.Errorf("the sealing key reads back as another one")
	}
	return key, nil
}

// DropKey forgets the sealing key for dir, and with it every session there.
func DropKey(ctx context.Context, dir string, vault Vault) error {
	err := kernelVault{keyName(dir)}.Remove(ctx)
	if errors.Is(err, errRefused) && vault != nil {
		return vault.Remove(ctx)
	}
	if errors.Is(err, errRefused) {
		return nil
	}
	return err
}

// InKernel reports whether the kernel keeps sealing keys here.
func InKernel(dir string) bool {
	_, err := KernelKey(dir)
	return err == nil || errors.Is(err, errNoKey)
}

type kernelVault struct{ name string }

func (v kernelVault) Get(context.Context) ([]byte, error) {
	key, err := readKernelKey(v.name)
	if errors.Is(err, errNoKey) {
		return nil, nil
	}
	return key, err
}

func (v kernelVault) Set(_ context.Context, key []byte) error { return writeKernelKey(v.name, key) }

func (v kernelVault) Remove(context.Context) error { return removeKernelKey(v.name) }
