package keystore

import (
	"context"

	"github.com/awsbroker/awsbroker/internal/credential"
)

// Items are secrets of the broker's own, such as the key that seals cached
// sessions. They live beside the keys, in a namespace of their own, and are
// not in the index.

// GetItem reads an item. ErrNotFound when there is none.
func (s *Store) GetItem(ctx context.Context, name string) (credential.Secret, error) {
	if err := CheckName(name); err != nil {
		return credential.Secret{}, err
	}
	data, err := s.backend.get(ctx, itemName(itemSpace, name))
	if err != nil {
		return credential.Secret{}, s.failed(err, "reading item", name)
	}
	return credential.NewSecret(string(data)), nil
}

// SetItem stores an item, replacing what is there, and reads it back. It does
// not pin the keystore.
func (s *Store) SetItem(ctx context.Context, name string, value credential.Secret) error {
	return s.writeItem(ctx, name, "storing item", writing, func(item string) error {
		return s.put(ctx, item, []byte(value.Reveal()))
	})
}

// RemoveItem forgets an item. ErrNotFound when there is none.
func (s *Store) RemoveItem(ctx context.Context, name string) error {
	return s.writeItem(ctx, name, "removing item", removing, func(item string) error {
		return s.backend.remove(ctx, item)
	})
}

func (s *Store) writeItem(ctx context.Context, name, doing string, i intent, write func(item string) error) error {
	if err := CheckName(name); err != nil {
		return err
	}
	if _, err := s.writable(false, ""); err != nil {
		return err
	}
	if err := s.backend.unlock(ctx, i); err != nil {
		return s.failed(err, doing, name)
	}
	if err := write(itemName(itemSpace, name)); err != nil {
		return s.failed(err, doing, name)
	}
	return nil
}
