//go:build !darwin

package keystore

import "fmt"

func newKeychain(Options) (backend, error) {
	return nil, fmt.Errorf("%w: this build has no %q, which is on macOS only", ErrMissing, Keychain)
}
