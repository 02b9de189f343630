//go:build !linux

package keystore

import "fmt"

func newVaultSecrets(AWSVaultPlace, Options) (vaultItems, error) {
	return nil, fmt.Errorf("%w: %q exists only on Linux", ErrMissing, SecretService)
}
