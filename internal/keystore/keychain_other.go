//go:build !darwin

package keystore

import "fmt"

func newKeychain(Options) (backend, error) {
	return nil, fmt.Errorf("%w: %q exists only on macOS", ErrMissing, Keychain)
}
