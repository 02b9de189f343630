package keystore

import "fmt"

func newVaultPass(AWSVaultPlace, Options) (vaultItems, error) {
	return nil, fmt.Errorf("%w: %q does not exist on Windows", ErrMissing, Pass)
}
