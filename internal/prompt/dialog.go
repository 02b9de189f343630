package prompt

import (
	"context"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/programs"
)

// dialogKind is a program that shows one dialog and ends. Texts reach it as
// data: as an argument of their own or on standard input, never inside a
// script, and answers come back on its standard output.
type dialogKind struct {
	program string
	// command is the arguments and standard input for a question.
	command func(q query) (args []string, stdin []byte)
	// outcome reads the end of the program. errNo is the answer to a question
	// for a yes, errUnable a program that showed nothing.
	outcome func(q query, r ran) (answer string, err error)
}

// query is one question of a dialog.
type query struct {
	kind    queryKind
	text    string   // lines of at most textWidth characters
	seconds int      // after which the dialog should go by itself
	answers []string // of askChoice; the last is a no
}

type queryKind string

const (
	askLine    queryKind = "line"
	askHidden  queryKind = "hidden"
	askConfirm queryKind = "confirm"
	askChoice  queryKind = "choice" // by buttons; a no is errNo
)

const dialogTitle = "awsbroker"

// dialogWays are the dialogs in the order of this desktop.
func dialogWays(environ []string) []Way {
	ways := []Way{ByZenity, ByKDialog, ByOSAScript, ByPowerShell}
	if strings.Contains(variable(environ, "XDG_CURRENT_DESKTOP"), "KDE") {
		ways[0], ways[1] = ways[1], ways[0]
	}
	return ways
}

// dialog is a dialogKind that is installed.
type dialog struct {
	dialogKind
	path    string
	desktop desktop
	page    page
}

func (k dialogKind) open(_ context.Context, desk desktop) (opened, error) {
	path, err := programs.Find(k.program)
	if err != nil {
		return opened{}, unable("%w", err)
	}
	place, err := desk.screen()
	if err != nil {
		return opened{}, err
	}
	return opened{&dialog{dialogKind: k, path: path, desktop: desk}, place}, nil
}

// Begin implements Prompter: the next dialogs show it.
func (d *dialog) Begin(text string) { d.page = page{introduction: text} }

// Print implements Prompter: the next dialog shows it.
func (d *dialog) Print(text string) { d.page.add(text) }

// Line implements Prompter.
func (d *dialog) Line(ctx context.Context, question string) (string, error) {
	return d.ask(ctx, askLine, question)
}

// Hidden implements Prompter.
func (d *dialog) Hidden(ctx context.Context, question string) (credential.Secret, error) {
	answer, err := d.ask(ctx, askHidden, question)
	return credential.NewSecret(answer), err
}

// Confirm implements Prompter.
func (d *dialog) Confirm(ctx context.Context, question string) (bool, error) {
	_, err := d.ask(ctx, askConfirm, question)
	if err == errNo {
		return false, nil
	}
	return err == nil, err
}

// Close implements Prompter. A dialog lives no longer than its question.
func (d *dialog) Close() {}

func (d *dialog) ask(ctx context.Context, kind queryKind, question string) (string, error) {
	return d.askFor(ctx, query{kind: kind}, question)
}

func (d *dialog) askFor(ctx context.Context, q query, question string) (string, error) {
	q.text, q.seconds = wrap(d.page.text()+ended(question)), secondsLeft(ctx)
	args, stdin := d.command(q)
	r, err := runProgram(ctx, programOf(d.desktop.lent(), d.path, args...), stdin)
	if err != nil {
		return "", err
	}
	answer, err := d.outcome(q, r)
	if err == nil {
		d.page.answered()
	}
	return answer, err
}

// exits reads the end of a program whose exit codes are 0 for an answer on
// standard output and these for the rest; one that is not listed means that it
// showed nothing.
func exits(cancelled []int, timeout int) func(query, ran) (string, error) {
	return func(q query, r ran) (string, error) {
		switch {
		case r.exit == 0:
			return strings.TrimRight(r.answer, "\r\n"), nil
		case r.exit == timeout:
			return "", ErrTimeout
		case slices.Contains(cancelled, r.exit) && (q.kind == askConfirm || q.kind == askChoice):
			return "", errNo
		case slices.Contains(cancelled, r.exit):
			return "", ErrCancelled
		}
		return "", unable("exit code %d%s", r.exit, lastLine(r.complaint))
	}
}

// textWidth is the width of a dialog's text in characters: a line wider than
// the screen is not shown by some.
const textWidth = 72

// wrap breaks long lines, at spaces if there are.
func wrap(text string) string {
	var out []string
	for line := range strings.Lines(strings.ToValidUTF8(text, "\uFFFD")) {
		rest := strings.TrimRight(line, "\r\n")
		for utf8.RuneCountInString(rest) > textWidth {
			head := string([]rune(rest)[:textWidth])
			cut := len(head)
			if space := strings.LastIndexByte(head, ' '); space > 0 {
				cut = space
			}
			out = append(out, rest[:cut])
			rest = strings.TrimPrefix(rest[cut:], " ")
		}
		out = append(out, rest)
	}
	return strings.Join(out, "\n")
}

// ended is a question without the colon that invites to type after it.
func ended(question string) string { return strings.TrimRight(question, ": ") }

// label is the short name of an answer, from the question for it: "MFA code"
// of "MFA code of arn:…, within 5 minutes: ".
func label(question string) string {
	for _, end := range []string{" of ", " (", ", "} {
		question, _, _ = strings.Cut(question, end)
	}
	return ended(question) + ":"
}

// plain is text without what starts markup or a keyboard shortcut in Qt's
// labels, some of which cannot be told to show text as it is.
func plain(text string) string {
	return strings.NewReplacer("<", "‹", ">", "›", "&", "＆", `\`, "＼").Replace(text)
}
