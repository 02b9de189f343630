package secretservice

import (
	"context"
	"errors"
	"fmt"

	"github.com/99designs/keyring"
	"github.com/godbus/dbus"

	"github.com/awsbroker/awsbroker/internal/fault"
)

// Keyring is one collection of the Secret Service. Which one that is, is looked up
// at each call.
type Keyring struct {
	service *Service
	where   string
	find    func(ctx context.Context) (dbus.ObjectPath, error)
}

// Default returns the keyring behind the alias "default".
func (s *Service) Default() *Keyring {
	return &Keyring{s, "the default keyring of the Secret Service", s.defaultCollection}
}

// Named returns the keyring that was made with this name.
func (s *Service) Named(name string) *Keyring {
	find := func(ctx context.Context) (dbus.ObjectPath, error) { return s.namedCollection(ctx, name) }
	return &Keyring{s, "the keyring " + name + " of the Secret Service", find}
}

// Where says which keyring it is, as people do.
func (k *Keyring) Where() string { return k.where }

// Reach reports whether the keyring is there, without asking anybody.
func (k *Keyring) Reach(ctx context.Context) error {
	_, err := k.find(ctx)
	return err
}

// Unlock opens the keyring, in a dialog of the daemon's if it is locked.
func (k *Keyring) Unlock(ctx context.Context) error {
	_, err := k.open(ctx)
	return err
}

// Get reads an item. It is ErrCorrupt for one that keyring did not write.
func (k *Keyring) Get(ctx context.Context, item string) ([]byte, error) {
	ring, err := k.open(ctx)
	if err != nil {
		return nil, err
	}
	return fault.Bound(ctx, k.service.limit, serviceName, func() ([]byte, error) { return readItem(ring, item) })
}

// Set replaces an item, and returns when it is on the disk.
func (k *Keyring) Set(ctx context.Context, item string, data []byte) error {
	ring, err := k.open(ctx)
	if err != nil {
		return err
	}
	err = fault.BoundDo(ctx, k.service.limit, serviceName, func() error {
		return busError(ring.Set(keyring.Item{Key: item, Data: data}))
	})
	if err != nil {
		return err
	}
	return k.service.flush(ctx)
}

// Remove deletes until nothing is left: keyring deletes one item, and another
// program may have made copies.
func (k *Keyring) Remove(ctx context.Context, item string) error {
	ring, err := k.open(ctx)
	if err != nil {
		return err
	}
	return fault.BoundDo(ctx, k.service.limit, serviceName, func() error {
		const copies = 8
		_, err := readItem(ring, item)
		for range copies {
			if err != nil && !errors.Is(err, fault.ErrCorrupt) {
				return err
			}
			if err := busError(ring.Remove(item)); err != nil {
				return err
			}
			if _, err = readItem(ring, item); errors.Is(err, fault.ErrNotFound) {
				return nil
			}
		}
		return errors.New("it came back after it was removed")
	})
}

// List returns the labels of all items, which keyring sets to their names.
func (k *Keyring) List(ctx context.Context) ([]string, error) {
	ring, err := k.open(ctx)
	if err != nil {
		return nil, err
	}
	return fault.Bound(ctx, k.service.limit, serviceName, func() ([]string, error) {
		labels, err := ring.Keys()
		return labels, busError(err)
	})
}

// open finds the collection, unlocks it, and hands it to keyring.
func (k *Keyring) open(ctx context.Context) (keyring.Keyring, error) {
	path, err := k.find(ctx)
	if err != nil {
		return nil, err
	}
	if err := k.service.unlockCollection(ctx, path); err != nil {
		return nil, err
	}
	return fault.Bound(ctx, k.service.limit, serviceName, func() (keyring.Keyring, error) {
		ring, err := keyring.Open(keyring.Config{
			AllowedBackends:         []keyring.BackendType{keyring.SecretServiceBackend},
			LibSecretCollectionName: collectionName(path),
		})
		if err != nil { // keyring swallows why it could not open
			return nil, fmt.Errorf("%w: the Secret Service refused a session", fault.ErrMissing)
		}
		return ring, nil
	})
}

// readItem maps keyring's errors. What is not D-Bus's error is the decoder's,
// whose text may quote the secret.
func readItem(ring keyring.Keyring, item string) ([]byte, error) {
	found, err := ring.Get(item)
	if err == nil && found.Key != item {
		err = errors.New("another item")
	}
	if err == nil {
		return found.Data, nil
	}
	if err = busError(err); errors.Is(err, fault.ErrNotFound) || errors.Is(err, fault.ErrMissing) || errors.Is(err, fault.ErrLocked) {
		return nil, err
	}
	var refused dbus.Error
	if errors.As(err, &refused) {
		return nil, err
	}
	return nil, fmt.Errorf("%w: the item is not one that awsbroker wrote", fault.ErrCorrupt)
}
