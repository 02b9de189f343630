//go:build !linux

package keystore

import "fmt"

func newSecretService(Options) (backend, error) {
	return nil, fmt.Errorf("%w: %q exists only on Linux", ErrMissing, SecretService)
}
