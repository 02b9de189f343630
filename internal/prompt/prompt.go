// Package prompt asks a person: at the controlling terminal, or through a
// command of theirs that knows the code. It never reads standard input, which
// belongs to whoever called us.
package prompt

import "errors"

var (
	// ErrNoTerminal means that there is no terminal to ask at: none controls
	// this process, or another job has it.
	ErrNoTerminal = errors.New("no terminal to ask at")
	// ErrCancelled means that the person, or the caller, ended the question.
	ErrCancelled = errors.New("the question was cancelled")
	// ErrTimeout means that nobody answered in time.
	ErrTimeout = errors.New("nobody answered in time")
)
