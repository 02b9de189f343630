package broker

import "fmt"

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

// Failure is an error with what to do about it. Its texts are clean.
type Failure struct {
	Reason  Reason
	Message string   // one line, lower case
	Hints   []string // what to run or do next, one line each
	cause   error
}

func (f *Failure) Error() string { return f.Message }

// Unwrap gives the error below, for errors.Is.
func (f *Failure) Unwrap() error { return f.cause }

func failed(r Reason, format string, args ...any) *Failure {
	err := fmt.Errorf(format, args...)
	return &Failure{Reason: r, Message: err.Error(), cause: err}
}

// hint adds a line of what to do.
func (f *Failure) hint(format string, args ...any) *Failure {
	f.Hints = append(f.Hints, fmt.Sprintf(format, args...))
	return f
}
