package main

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/awsbroker/awsbroker/internal/child"
	"github.com/awsbroker/awsbroker/internal/failure"
)

// exits is the whole of the program's exit codes, which are part of its
// interface: what each means, for the help and the man page.
var exits = []struct {
	code    int
	reason  failure.Reason
	meaning string
}{
	{0, 0, "it worked"},
	{1, failure.Other, "another error"},
	{2, failure.Usage, "the command line is wrong"},
	{3, failure.NotFound, "no such profile or key"},
	{4, failure.NeedPerson, "awsbroker needs your answer and could not ask, or you said no"},
	{5, failure.Refused, "AWS refused: denied, wrong code, expired key"},
	{6, failure.Unreachable, "AWS could not be reached, or was busy"},
	{7, failure.Keychain, "the keychain is locked or not available"},
}

func exitHelp() string {
	var b strings.Builder
	b.WriteString("Exit codes:\n")
	for _, e := range exits {
		fmt.Fprintf(&b, "  %d  %s\n", e.code, e.meaning)
	}
	b.WriteString("exec returns the exit code of its command; 126 and 127 are a shell's\n")
	return b.String()
}

// childExit is an exit code that is not ours: a command's own.
type childExit int

func (c childExit) Error() string { return fmt.Sprintf("the command ended with %d", int(c)) }

// childEnd is the end of a command that ran as our child: we end likewise.
type childEnd struct{ child.End }

func (c *childEnd) Error() string { return fmt.Sprintf("the command ended with %d", c.Code()) }

// exitCode shows an error of a command and turns it into the exit code.
func (a *app) exitCode(cmd *cobra.Command, err error) int {
	var code childExit
	if err == nil {
		return 0
	}
	if errors.As(err, &code) {
		return int(code)
	}
	var ended *childEnd
	if errors.As(err, &ended) {
		ended.Leave()
	}
	var notStarted *startFailure
	if errors.As(err, &notStarted) {
		f := failure.New(failure.Other, "%w", notStarted)
		if notStarted.hint != "" {
			f.Hint("%s", notStarted.hint)
		}
		a.showFailure(f)
		return notStarted.code
	}
	f := asFailure(err)
	if f.Reason == failure.Usage && len(f.Hints) == 0 {
		f.Hint("run: %s --help", cmd.CommandPath())
	}
	if !errors.As(err, new(told)) {
		a.showFailure(f)
	}
	for _, e := range exits {
		if e.code > 0 && e.reason == f.Reason {
			return e.code
		}
	}
	return 1
}

// asFailure returns the failure in err, or one that says what err says.
func asFailure(err error) *failure.Error {
	var f *failure.Error
	if !errors.As(err, &f) {
		f = failure.New(failure.Other, "%w", err)
	}
	return f
}

// told is an error that the person has read already.
type told struct{ error }

func (t told) Unwrap() error { return t.error }

// usage is the failure of a command line that does not make sense. Without a hint of its
// own it is shown with the one to the command's help.
func usage(err error) error { return failure.New(failure.Usage, "%w", err) }

// positional checks the arguments of a command in our own words.
func positional(least, most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) >= least && len(args) <= most {
			return nil
		}
		return failure.New(failure.Usage, "%s takes %s", cmd.CommandPath(), what)
	}
}
