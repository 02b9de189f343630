package main

// Rules of what a person sees: questions go to the terminal (package prompt);
// everything else to stderr, as "awsbroker: error: …", "awsbroker: warning: …",
// "awsbroker: hint: …", lower case, no full stop; stdout is for the answer
// alone, and stays empty on any failure.

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/say"
)

// maxLine is what every caller of a credential_process can take on stderr.
const maxLine = 3 << 10

func (a *app) showFailure(f *failure.Error) {
	message := shorten(f.Message)
	if a.oneLine {
		if len(f.Hints) > 0 {
			message += "; hint: " + shorten(strings.Join(f.Hints, "; "))
		}
		a.tell("error", "31", message)
		return
	}
	a.tell("error", "31", message)
	for _, h := range f.Hints {
		a.tell("hint", "36", shorten(h))
	}
}

func shorten(s string) string {
	s = strings.ToValidUTF8(s, "\uFFFD")
	if len(s) > maxLine/2 {
		s = strings.ToValidUTF8(s[:maxLine/2], "") + "…"
	}
	return s
}

func (a *app) tell(kind, colour, text string) {
	if a.coloured() {
		kind = "\x1b[" + colour + "m" + kind + "\x1b[0m"
	}
	fmt.Fprintf(a.stderr, "awsbroker: %s: %s\n", kind, say.Line(text))
}

// coloured reports whether standard error is a terminal that shows colours, and the
// person has not refused them (https://no-color.org).
func (a *app) coloured() bool {
	return isTerminal(a.stderr) && mayColour()
}

func mayColour() bool { return os.Getenv("NO_COLOR") == "" && os.Getenv("TERM") != "dumb" }

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// Step implements broker.Reporter.
func (a *app) Step(text string) {
	if !a.oneLine {
		fmt.Fprintf(a.stderr, "awsbroker: %s\n", say.Line(text))
	}
}

// Warn implements broker.Reporter. A caller that merges our stderr into the
// answer (the C++ SDK) gets no warnings.
func (a *app) Warn(text string) {
	if !a.oneLine {
		a.tell("warning", "33", text)
	}
}

// Debug implements broker.Reporter.
func (a *app) Debug(text string) {
	if a.debug {
		a.tell(fmt.Sprintf("debug: %4d ms", time.Since(a.started).Milliseconds()), "2", text)
	}
}

// Confirm implements broker.Reporter.
func (a *app) Confirm(ctx context.Context, asker *broker.Asker, text, question string) error {
	text = say.Text(text)
	fmt.Fprintln(a.stderr, text)
	if a.yes {
		return nil
	}
	yes, err := asker.AskYes(ctx, text, question, isTerminal(a.stderr))
	if err != nil {
		return err
	}
	if !yes {
		return broker.ErrDeclined
	}
	return nil
}
