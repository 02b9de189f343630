//go:build cgo

package keystore

import (
	"errors"
	"fmt"

	gokeychain "github.com/99designs/go-keychain"
	"github.com/99designs/keyring"
)

// newKeychain opens the macOS login keychain. This program is trusted to read
// its own items: else macOS asks for the login password at every read. What is
// gained by asking is little, since whoever can run programs as the user can
// run this one (SECURITY.md). After an upgrade of a binary that is not signed
// with a Developer ID, macOS asks once; "Always Allow" settles it.
func newKeychain(o Options) (backend, error) {
	ring, err := keyring.Open(keyring.Config{
		AllowedBackends:                []keyring.BackendType{keyring.KeychainBackend},
		ServiceName:                    "awsbroker",
		KeychainTrustApplication:       true,
		KeychainSynchronizable:         false, // not into iCloud
		KeychainAccessibleWhenUnlocked: true,
	})
	if err != nil {
		return nil, fmt.Errorf("%w: the macOS Keychain: %w", ErrMissing, err)
	}
	// Any call may show a dialog, and there is no telling which.
	return &ringStore{ring, "the macOS login keychain, service awsbroker", o.DialogTimeout, keychainError}, nil
}

// errSecUserCanceled, which go-keychain has no name for
// (https://developer.apple.com/documentation/security/errsecusercanceled).
const userCancelled = gokeychain.Error(-128)

// keychainError tells what the Keychain's errors mean. keyring flattens those
// of an update to text, which then stays what it is.
func keychainError(err error) error {
	var code gokeychain.Error
	if !errors.As(err, &code) {
		return err
	}
	switch code {
	case userCancelled:
		return ErrDismissed
	case gokeychain.ErrorInteractionNotAllowed, gokeychain.ErrorAuthFailed:
		return fmt.Errorf("%w, or this session is not allowed to use it; unlock it with: security unlock-keychain: %w", ErrLocked, err)
	case gokeychain.ErrorNotAvailable, gokeychain.ErrorNoSuchKeychain, gokeychain.ErrorNoAccessForItem:
		return fmt.Errorf("%w: %w", ErrMissing, err)
	}
	return err
}
