//go:build !linux

package keystore

import "fmt"

func newSecretService(Options) (backend, error) {
	return nil, fmt.Errorf("%w: this build has no %q, which is on Linux only", ErrMissing, SecretService)
}
