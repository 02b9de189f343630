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
	ErrNoKeystore     = errors.New("no keychain has been chosen yet")
	ErrPinned         = errors.New("your keys are in another keychain")
	ErrOccupied       = errors.New("another key already has that name")
	ErrNewer          = fault.ErrNewer
	ErrAsks           = fault.ErrAsks
	ErrName           = errors.New("this name cannot be used")
)
