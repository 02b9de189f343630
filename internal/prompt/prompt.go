// Package prompt asks a person: at the controlling terminal, through GnuPG's
// pinentry, in a dialog of the desktop, or through a command of theirs that
// knows the code. It never reads standard input, which belongs to whoever
// called us, and no shell, markup or script sees a text that it shows.
package prompt

import (
	"context"
	"errors"
	"fmt"

	"github.com/awsbroker/awsbroker/internal/credential"
)

var (
	// ErrNoTerminal means that there is nowhere to ask: no terminal controls
	// this process or another job has it, and no other way works here.
	ErrNoTerminal = errors.New("no terminal to ask at")
	// ErrBackground is an ErrNoTerminal where there is a terminal, and another job
	// has it.
	ErrBackground = fmt.Errorf("%w: this is a background job", ErrNoTerminal)
	// ErrCancelled means that the person, or the caller, ended the question.
	ErrCancelled = errors.New("you cancelled the question")
	// ErrTimeout means that nobody answered in time.
	ErrTimeout = errors.New("you did not answer in time")
)

// Prompter is a way of asking a person. Texts and questions given to it are
// clean (Clean); it shows them as they are. The errors of its questions are
// ErrCancelled, ErrTimeout (ctx's deadline) and ErrNoTerminal (it cannot ask).
type Prompter interface {
	// Begin is Print for the text before the first question about a matter.
	Begin(text string)
	// Print shows text now, or together with the next question. Where nothing
	// stays on a screen, what Begin showed stands above it.
	Print(text string)
	// Line asks for a line of text that may be seen as it is typed.
	Line(ctx context.Context, question string) (string, error)
	// Hidden asks for a line of text that nobody may see.
	Hidden(ctx context.Context, question string) (credential.Secret, error)
	// Confirm asks for a yes. A no is an answer, not an error.
	Confirm(ctx context.Context, question string) (bool, error)
	Close()
}
