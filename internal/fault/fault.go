// Package fault is how a keychain can fail, whichever it is, and an end to each
// wait for one.
package fault

import "errors"

// What can go wrong, to be matched with errors.Is. The text of the error that
// wraps one says which keychain, directory or file, and what to do about it.
var (
	ErrNotFound  = errors.New("no such key")
	ErrLocked    = errors.New("the keychain is locked")
	ErrMissing   = errors.New("the keychain is not available here")
	ErrDismissed = errors.New("the unlock dialog was dismissed")
	ErrCorrupt   = errors.New("the keychain is damaged")
	ErrTimeout   = errors.New("the keychain did not answer in time")
	ErrNewer     = errors.New("written by a newer awsbroker")
	ErrAsks      = errors.New("the keychain would ask you") // of a look, which asks nobody
)

// Advised is an error that comes with what a person can do about it.
type Advised struct {
	Err  error
	Hint string // as a sentence without its stop, with the very command to run at its end
}

func (a *Advised) Error() string { return a.Err.Error() }

// Unwrap returns the error itself.
func (a *Advised) Unwrap() error { return a.Err }
