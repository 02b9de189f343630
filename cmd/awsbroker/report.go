package main

// Rules of what a person sees: questions go to the terminal (package prompt);
// everything else to stderr, as "awsbroker: error: …", "awsbroker: warning: …",
// "awsbroker: hint: …", lower case, no full stop; stdout is for the answer
// alone, and stays empty on any failure.

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/say"
)

// maxLine is what every caller of a credential_process can take on stderr.
const maxLine = 3 << 10

func (a *app) showFailure(f *failure.Error) {
	message := shorten(f.Message)
	if a.oneLine && len(f.Hints) > 0 {
		message += "; hint: " + shorten(strings.Join(f.Hints, "; "))
	}
	a.tell("error", say.Bad, message)
	if a.oneLine {
		return
	}
	for _, h := range f.Hints {
		a.advise(shorten(h))
	}
}

// advise shows a hint. On a terminal its commands stand on lines of their own.
func (a *app) advise(hint string) {
	hint = say.Line(hint)
	if a.stderr.IsTerminal() {
		hint = say.Advice(hint)
	} else {
		hint = " " + hint
	}
	fmt.Fprintf(a.stderr, "awsbroker: %s:%s\n", a.stderr.Paint(say.Hint, "hint"), hint)
}

func shorten(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) > maxLine/2 {
		s = strings.ToValidUTF8(s[:maxLine/2], "") + "…"
	}
	return s
}

func (a *app) tell(kind string, tone say.Tone, text string) {
	fmt.Fprintf(a.stderr, "awsbroker: %s: %s\n", a.stderr.Paint(tone, kind), say.Line(text))
}

// Step implements broker.Reporter.
func (a *app) Step(text string) {
	if !a.oneLine {
		fmt.Fprintf(a.stderr, "awsbroker: %s\n", say.Line(text))
	}
}

// rehearsal is the reporter of --dry-run, whose answer is what the command would do.
type rehearsal struct{ *app }

func (r rehearsal) Step(text string) { fmt.Fprintln(r.screen, say.Line(text)) }

// Warn implements broker.Reporter. A caller that merges our stderr into the
// answer (the C++ SDK) gets no warnings.
func (a *app) Warn(text string) {
	if !a.oneLine {
		a.tell("warning", say.Wary, text)
	}
}

// Debug implements broker.Reporter.
func (a *app) Debug(text string) {
	if a.debug {
		a.tell(fmt.Sprintf("debug: %4d ms", time.Since(a.started).Milliseconds()), say.Faint, text)
	}
}

// Confirm implements broker.Reporter.
func (a *app) Confirm(ctx context.Context, asker *broker.Asker, text, question string) error {
	text = say.Text(text)
	fmt.Fprintln(a.stderr, text)
	if a.yes {
		return nil
	}
	yes, err := asker.AskYes(ctx, text, question, a.stderr.IsTerminal())
	if err != nil {
		return err
	}
	if !yes {
		return broker.ErrDeclined
	}
	return nil
}
