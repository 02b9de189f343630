//go:build darwin && !cgo

package keystore

import "fmt"

// newKeychain: Apple's library is reached through cgo, which a binary that was
// cross-compiled has not.
func newKeychain(Options) (backend, error) {
	return nil, fmt.Errorf("%w: this awsbroker was built without the macOS Keychain: install a build from macOS", ErrMissing)
}
