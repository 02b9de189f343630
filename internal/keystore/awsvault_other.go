//go:build !linux

package keystore

import "fmt"

func newVaultSecrets(AWSVaultPlace, Options) (vaultItems, error) {
	return nil, fmt.Errorf("%w: %q is on Linux only", ErrMissing, SecretService)
}
