package keystore

import "fmt"

func newVaultPass(AWSVaultPlace, Options) (vaultItems, error) {
	return nil, fmt.Errorf("%w: %q is not on Windows", ErrMissing, Pass)
}
