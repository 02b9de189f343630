package keystore

import "errors"

// What can go wrong, to be matched with errors.Is. The text of the error that
// wraps one says which keychain, directory or file, and what to do about it.
var (
	ErrNotFound       = errors.New("no such key")
	ErrLocked         = errors.New("the keystore is locked")
	ErrMissing        = errors.New("the keystore is not available here")
	ErrDismissed      = errors.New("the unlock dialog was dismissed")
	ErrCorrupt        = errors.New("the keystore is damaged")
	ErrPassphrase     = errors.New("wrong passphrase")
	ErrWeakPassphrase = errors.New("the passphrase is too short")
	ErrTimeout        = errors.New("the keystore did not answer in time")
	ErrNoKeystore     = errors.New("no keystore has been chosen yet")
	ErrPinned         = errors.New("keys are kept in another keystore")
	ErrOccupied       = errors.New("another key has that name there")
	ErrName           = errors.New("not a usable name")
)
