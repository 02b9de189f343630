package failure

import (
	"errors"
	"strings"

	"github.com/awsbroker/awsbroker/internal/caller"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/session"
)

// Unasked is the failure of a question that could be put to nobody: err is a
// [prompt.ErrNoTerminal], and the message says what the question was for. Of a
// background job the first hint is how it becomes none.
func Unasked(err error, format string, args ...any) *Error {
	f := New(NeedPerson, format, args...).Because(err)
	if !errors.Is(err, prompt.ErrBackground) {
		return f
	}
	// timeout(1) makes a job of its own of its command, which no shell knows of.
	if leader := caller.JobLeader(); strings.HasSuffix(leader, "timeout") {
		return f.Hint("%s runs its command in the background, where awsbroker cannot ask; write: %s --foreground", leader, leader)
	}
	return f.Hint("this runs in the background of its terminal, where awsbroker cannot ask; run it without &")
}

// NeedsPassphrase is [Unasked] for the passphrase of the encrypted keystore. run says
// what a person runs in a terminal, where it is asked for, and then known for a while
// to commands elsewhere, too.
func NeedsPassphrase(err error, run string) *Error {
	return Unasked(err, "the encrypted file needs its passphrase, and there is no terminal to ask at").
		Hint("%s, or set AWSBROKER_FILE_PASSPHRASE or AWSBROKER_FILE_PASSPHRASE_FILE", run)
}

// Remembered is a failure that another question ended with a moment ago.
func Remembered(f session.Failure) *Error {
	out := New(Reason(f.Reason), "%s", f.Message)
	if f.Hint != "" {
		out.Hints = []string{f.Hint}
	}
	return out
}
