package keystore

import (
	"errors"

	"github.com/awsbroker/awsbroker/internal/fault"
)

// What can go wrong, to be matched with errors.Is. The text of the error that
// wraps one says which keychain, directory or file, and what to do about it.
var (
	ErrNotFound       = fault.ErrNotFound
	ErrLocked         = fault.ErrLocked
	ErrMissing        = fault.ErrMissing
	ErrDismissed      = fault.ErrDismissed
	ErrCorrupt        = fault.ErrCorrupt
	ErrPassphrase     = errors.New("wrong passphrase")
	ErrWeakPassphrase = errors.New("the passphrase is too weak")
	ErrTimeout        = fault.ErrTimeout
	ErrNoKeystore     = errors.New("no keystore has been chosen yet")
	ErrPinned         = errors.New("keys are kept in another keystore")
	ErrOccupied       = errors.New("another key has that name there")
	ErrAsks           = fault.ErrAsks
	ErrName           = errors.New("not a usable name")
)
