//go:build !linux

package keystore

import "fmt"

func newSecretService(Options) (backend, error) {
	return nil, fmt.Errorf("%w: this build has no Secret Service, only %q", ErrMissing, File)
}
