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
	service    *Service
	where      string
	find       func(ctx context.Context) (dbus.ObjectPath, error)
	everywhere bool // items that are in another keyring count, too
}

// Default returns the keyring behind the alias "default". Items that were put into
// another one, since it was the default one then, are found there.
func (s *Service) Default() *Keyring {
	return &Keyring{service: s, where: "the default keyring of the Secret Service", find: s.defaultCollection, everywhere: true}
}

// Named returns the keyring that was made with this name.
func (s *Service) Named(name string) *Keyring {
	find := func(ctx context.Context) (dbus.ObjectPath, error) { return s.namedCollection(ctx, name) }
	return &Keyring{service: s, where: "the keyring " + name + " of the Secret Service", find: find}
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
	o, err := k.openItem(ctx, item)
	if err != nil {
		return nil, err
	}
	return fault.Bound(ctx, o.service.limit, serviceName, func() ([]byte, error) { return readItem(o.ring, item) })
}

// Set replaces an item, and returns when it is on the disk.
func (k *Keyring) Set(ctx context.Context, item string, data []byte) error {
	o, err := k.openItem(ctx, item)
	if err != nil {
		return err
	}
	err = o.ask(ctx, func() error {
		return busError(o.ring.Set(keyring.Item{Key: item, Data: data}))
	})
	if err != nil {
		return err
	}
	return o.flush(ctx)
}

// Remove deletes the item, and its copies in other keyrings if those count.
func (k *Keyring) Remove(ctx context.Context, item string) error {
	o, err := k.openItem(ctx, item)
	if err != nil {
		return err
	}
	if err := o.remove(ctx, item); err != nil {
		return err
	}
	for _, path := range k.others(ctx, o.path, item) {
		copied, err := k.service.open(ctx, path)
		if err == nil {
			err = copied.allow(ctx, item)
		}
		if err == nil {
			err = copied.remove(ctx, item)
		}
		if err != nil {
			return fmt.Errorf("a copy was left in the keyring %s: %w", collectionName(path), err)
		}
	}
	return nil
}

// remove deletes until nothing is left: keyring deletes one item, and another
// program may have made copies.
func (o *opened) remove(ctx context.Context, item string) error {
	err := o.ask(ctx, func() error {
		const copies = 8
		_, err := readItem(o.ring, item)
		for range copies {
			if err != nil && !errors.Is(err, fault.ErrCorrupt) {
				return err
			}
			if err := busError(o.ring.Remove(item)); err != nil {
				return err
			}
			if _, err = readItem(o.ring, item); errors.Is(err, fault.ErrNotFound) {
				return nil
			}
		}
		return errors.New("it was there again after it was removed")
	})
	if err != nil {
		return err
	}
	return o.flush(ctx)
}

// List returns the labels of all items, which keyring sets to their names.
func (k *Keyring) List(ctx context.Context) ([]string, error) {
	o, err := k.open(ctx)
	if err != nil {
		return nil, err
	}
	return fault.Bound(ctx, o.service.limit, serviceName, func() ([]string, error) {
		labels, err := o.ring.Keys()
		return labels, busError(err)
	})
}

// opened is a keyring that was found and unlocked.
type opened struct {
	service *Service
	path    dbus.ObjectPath
	ring    keyring.Keyring
}

// open finds the collection and opens it.
func (k *Keyring) open(ctx context.Context) (*opened, error) {
	path, err := k.find(ctx)
	if err != nil {
		return nil, err
	}
	return k.service.open(ctx, path)
}

// open unlocks a collection, and hands it to keyring.
func (s *Service) open(ctx context.Context, path dbus.ObjectPath) (*opened, error) {
	if err := s.unlock(ctx, path, collectionInterface); err != nil {
		return nil, err
	}
	return fault.Bound(ctx, s.limit, serviceName, func() (*opened, error) {
		ring, err := keyring.Open(keyring.Config{
			AllowedBackends:         []keyring.BackendType{keyring.SecretServiceBackend},
			LibSecretCollectionName: collectionName(path),
		})
		if err != nil { // keyring swallows why it could not open
			return nil, fmt.Errorf("%w: the Secret Service refused to open a session", fault.ErrMissing)
		}
		return &opened{s, path, ring}, nil
	})
}

// openItem opens the keyring that has the item: k, or, where k has none, another one
// if those count; k if there is none at all.
func (k *Keyring) openItem(ctx context.Context, item string) (*opened, error) {
	o, err := k.open(ctx)
	if err != nil {
		return nil, err
	}
	found, err := o.service.search(ctx, o.path, item)
	if err != nil {
		return nil, err
	}
	if len(found) == 0 {
		if others := k.others(ctx, o.path, item); len(others) > 0 {
			if o, err = k.service.open(ctx, others[0]); err != nil {
				return nil, err
			}
		}
	}
	return o, o.allow(ctx, item)
}

// allow unlocks the item if there is one: KeePassXC locks each item for each program
// until a person has allowed it.
func (o *opened) allow(ctx context.Context, item string) error {
	found, err := o.service.search(ctx, o.path, item)
	if err != nil {
		return err
	}
	for _, path := range found {
		if err := o.service.unlock(ctx, path, itemInterface); err != nil {
			return err
		}
	}
	return nil
}

// readItem maps keyring's errors. What is not D-Bus's error is the decoder's,
// whose text may quote the secret.
func readItem(ring keyring.Keyring, item string) ([]byte, error) {
	found, err := ring.Get(item)
	if err == nil && found.Key != item {
		err = errors.New("a different item")
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
	return nil, fmt.Errorf("%w: awsbroker did not write this item", fault.ErrCorrupt)
}
