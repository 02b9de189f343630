package keystore

import (
	"context"
	"errors"
	"time"

	"github.com/99designs/keyring"

	"github.com/awsbroker/awsbroker/internal/fault"
	"github.com/awsbroker/awsbroker/internal/secretservice"
)

// ringStore is a keychain that the operating system keeps in memory of its own
// and replaces whole items in: the macOS Keychain, and, in pieces, the Windows
// Credential Manager. It needs nothing beyond keyring but an end to each wait.
type ringStore struct {
	ring  keyring.Keyring
	name  string            // what people call it
	limit time.Duration     // where the system may show a dialog, time for a person
	mean  func(error) error // what the system's errors mean to us
}

func (r *ringStore) where() string { return r.name }

func (r *ringStore) home(context.Context) (*secretservice.Home, error) { return nil, nil }

func (r *ringStore) reach(context.Context) error { return nil }

// unlock does nothing: the system unlocks the keychain at the login, and shows
// its own dialog in the call that needs it.
func (r *ringStore) unlock(context.Context, intent) error { return nil }

func (r *ringStore) get(ctx context.Context, item string) ([]byte, error) {
	return fault.Bound(ctx, r.limit, r.name, func() ([]byte, error) {
		found, err := r.ring.Get(item)
		return found.Data, r.failed(err)
	})
}

// has asks for what the system says of an item without opening it. Windows has no
// such call, and opens without asking anybody.
func (r *ringStore) has(ctx context.Context, item string) error {
	return fault.BoundDo(ctx, r.limit, r.name, func() error {
		_, err := r.ring.GetMetadata(item)
		if errors.Is(err, keyring.ErrMetadataNotSupported) {
			_, err = r.ring.Get(item)
		}
		return r.failed(err)
	})
}

// items lists names, for which neither system opens anything.
func (r *ringStore) items(ctx context.Context) ([]string, error) {
	return fault.Bound(ctx, r.limit, r.name, func() ([]string, error) {
		items, err := r.ring.Keys()
		return items, r.failed(err)
	})
}

// set gives the item a label, which the system's dialogs and its password
// manager show.
func (r *ringStore) set(ctx context.Context, item string, data []byte) error {
	return fault.BoundDo(ctx, r.limit, r.name, func() error {
		return r.failed(r.ring.Set(keyring.Item{Key: item, Data: data, Label: item, Description: "kept by awsbroker"}))
	})
}

func (r *ringStore) remove(ctx context.Context, item string) error {
	return fault.BoundDo(ctx, r.limit, r.name, func() error { return r.failed(r.ring.Remove(item)) })
}

func (r *ringStore) failed(err error) error {
	if errors.Is(err, keyring.ErrKeyNotFound) {
		return ErrNotFound
	}
	if err == nil {
		return nil
	}
	return r.mean(err)
}
