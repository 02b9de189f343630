// Package failure says what went wrong and what to run or do next. What AWS, the
// keychain or the config file objects to becomes one clear line, with hints, and
// with the reason that decides on the exit code.
package failure

import (
	"errors"
	"slices"

	"github.com/awsbroker/awsbroker/internal/fault"
	"github.com/awsbroker/awsbroker/internal/paths"
	"github.com/awsbroker/awsbroker/internal/say"
)

// Reason classifies a failure; every exit code of the program is one.
type Reason int

// The reasons, in the order of their exit codes (cmd/awsbroker/exit.go).
const (
	Other       Reason = iota + 1
	Usage              // the command line does not make sense
	NotFound           // no such profile or key
	NeedPerson         // a person is needed and could not be asked, or said no
	Refused            // AWS said no
	Unreachable        // AWS could not be asked
	Keychain           // the keychain is locked or not there
)

// Error is an error with what to do about it. Its texts are clean.
type Error struct {
	Reason  Reason
	Message string   // one line, lower case
	Hints   []string // what to run or do next, one line each
	Cause   error    // what [errors.Is] and [errors.As] see; nil: nothing
}

// Error returns the message.
func (f *Error) Error() string { return f.Message }

// Unwrap returns the cause, for [errors.Is] and [errors.As].
func (f *Error) Unwrap() error { return f.Cause }

// New returns a failure with a message in the manner of [say.Errorf]: one line,
// lower case; text from elsewhere in the arguments is cleaned here. [Error.Hint] adds
// hints; what to do in another user's home, about a file of a newer awsbroker, or about a disk that
// refuses a file, is the same everywhere and is added here.
func New(r Reason, format string, args ...any) *Error {
	err := say.Errorf(format, args...)
	f := &Error{Reason: r, Message: err.Error(), Cause: err}
	if errors.Is(err, paths.ErrForeign) {
		f.Hint("run this as that user, without sudo, or with your own home directory: sudo -H")
	}
	if errors.Is(err, fault.ErrNewer) {
		f.Reason = Other
		f.Hint("install that version of awsbroker, or a later one")
	}
	if hint := obstacleOf(err); hint != "" {
		f.Hint("%s", hint)
	}
	return f
}

// FirstHint returns what to do first; empty if there is no hint.
func (f *Error) FirstHint() string {
	if len(f.Hints) == 0 {
		return ""
	}
	return f.Hints[0]
}

// Interrupted is the failure of a wait that ended before what it waited for, such
// as "until AWS lists all keys".
func Interrupted(format string, args ...any) *Error {
	return New(NeedPerson, "interrupted while waiting %s", say.Sprintf(format, args...))
}

// Is reports whether err is a failure with one of the reasons, or any failure at
// all if no reason is named.
func Is(err error, reasons ...Reason) bool {
	var f *Error
	return errors.As(err, &f) && (len(reasons) == 0 || slices.Contains(reasons, f.Reason))
}

// WithHint adds a line of what to do to err, if it is a failure, and returns err.
func WithHint(err error, format string, args ...any) error {
	var f *Error
	if errors.As(err, &f) {
		f.Hint(format, args...)
	}
	return err
}

// Because gives the failure the error that [errors.Is] and [errors.As] are to see
// in it.
func (f *Error) Because(cause error) *Error {
	f.Cause = cause
	return f
}

// Hint adds a line of what to do, in the manner of [say.Sprintf].
func (f *Error) Hint(format string, args ...any) *Error {
	f.Hints = append(f.Hints, say.Sprintf(format, args...))
	return f
}
