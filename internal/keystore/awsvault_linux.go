package keystore

import (
	"context"
	"errors"
	"fmt"

	"github.com/99designs/keyring"
	"github.com/godbus/dbus"
)

// vaultSecrets is aws-vault's collection in the Secret Service: one of its own,
// which no login unlocks.
type vaultSecrets struct {
	service *secretService
	name    string
}

func newVaultSecrets(place AWSVaultPlace, o Options) (vaultItems, error) {
	opened, err := newSecretService(o)
	if err != nil {
		return nil, err
	}
	s, ok := opened.(*secretService)
	if !ok {
		return nil, fmt.Errorf("%w: this is not the Secret Service", ErrMissing)
	}
	return &vaultSecrets{s, either(place.Collection, "awsvault")}, nil
}

func (v *vaultSecrets) where() string { return "the keyring " + v.name + " of the Secret Service" }

// open finds the collection, unlocks it and hands it to keyring, which would
// make one that is not there and wait without end for the dialog.
func (v *vaultSecrets) open(ctx context.Context) (keyring.Keyring, error) {
	listed, err := v.service.property(ctx, secretsPath, secretsService, "Collections")
	if err != nil {
		return nil, err
	}
	paths, _ := listed.([]dbus.ObjectPath)
	for _, path := range paths {
		if decodePath(path) != collectionPrefix+v.name {
			continue
		}
		if err := v.service.unlockCollection(ctx, path); err != nil {
			return nil, err
		}
		return bounded(ctx, v.service.limit, secretsName, func() (keyring.Keyring, error) {
			ring, err := keyring.Open(keyring.Config{
				AllowedBackends:         []keyring.BackendType{keyring.SecretServiceBackend},
				LibSecretCollectionName: v.name,
			})
			if err != nil { // keyring swallows why it could not open
				return nil, fmt.Errorf("%w: the Secret Service refused a session", ErrMissing)
			}
			return ring, nil
		})
	}
	return nil, fmt.Errorf("%w: there is no keyring %q", ErrNotFound, v.name)
}

func (v *vaultSecrets) list(ctx context.Context) ([]string, error) {
	ring, err := v.open(ctx)
	if err != nil {
		return nil, err
	}
	return bounded(ctx, v.service.limit, secretsName, func() ([]string, error) {
		labels, err := ring.Keys()
		return labels, busError(err)
	})
}

func (v *vaultSecrets) read(ctx context.Context, name string) ([]byte, error) {
	ring, err := v.open(ctx)
	if err != nil {
		return nil, err
	}
	data, err := bounded(ctx, v.service.limit, secretsName, func() ([]byte, error) { return readItem(ring, name) })
	if errors.Is(err, ErrCorrupt) {
		err = fmt.Errorf("%w: it is not an item of aws-vault's", ErrCorrupt)
	}
	return data, err
}

func (v *vaultSecrets) remove(ctx context.Context, name string) error {
	ring, err := v.open(ctx)
	if err != nil {
		return err
	}
	return boundedDo(ctx, v.service.limit, secretsName, func() error { return busError(ring.Remove(name)) })
}
