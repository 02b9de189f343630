package keystore

import (
	"context"
	"errors"
	"fmt"

	"github.com/awsbroker/awsbroker/internal/secretservice"
)

// vaultSecrets is aws-vault's keyring in the Secret Service: one of its own, which
// no login unlocks.
type vaultSecrets struct{ ring *secretservice.Keyring }

func newVaultSecrets(place AWSVaultPlace, o Options) (vaultItems, error) {
	s, err := secretservice.Connect(o.CallTimeout, o.DialogTimeout)
	if err != nil {
		return nil, err
	}
	return &vaultSecrets{s.Named(either(place.Collection, "awsvault"))}, nil
}

func (v *vaultSecrets) where() string { return v.ring.Where() }

func (v *vaultSecrets) list(ctx context.Context) ([]string, error) { return v.ring.List(ctx) }

func (v *vaultSecrets) read(ctx context.Context, name string) ([]byte, error) {
	data, err := v.ring.Get(ctx, name)
	if errors.Is(err, ErrCorrupt) {
		err = fmt.Errorf("%w: aws-vault did not write it", ErrCorrupt)
	}
	return data, err
}

func (v *vaultSecrets) remove(ctx context.Context, name string) error {
	return v.ring.Remove(ctx, name)
}
