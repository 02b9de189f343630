package prompt

import (
	"context"
	"errors"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/credential"
)

// Pinentry is GnuPG's program for asking, which the person has chosen for
// passphrases already: at a terminal, or in a window of their desktop. It never
// shows what is typed. https://www.gnupg.org/documentation/manuals/pinentry/
type Pinentry struct {
	cmd    *program
	server *assuan
	stdin  io.WriteCloser
	flavor string // how it asks: "gtk2", "curses"
	tty    *spare // the one it may use, if any
	atTTY  bool   // it does
	page   page
}

// tell sends what a program may also not know.
func (p *Pinentry) tell(command, argument string) error {
	_, err := p.server.call(command, argument)
	var refusal *assuanError
	if err != nil && !errors.As(err, &refusal) {
		return unable("%w", err)
	}
	return nil
}

// Begin implements Prompter: the next questions show it.
func (p *Pinentry) Begin(text string) { p.page = page{introduction: text} }

// Print implements Prompter: the next question shows it.
func (p *Pinentry) Print(text string) { p.page.add(text) }

// Line implements Prompter, hidden.
func (p *Pinentry) Line(ctx context.Context, question string) (string, error) {
	answer, err := p.ask(ctx, "GETPIN", question, label(question))
	return string(answer), err
}

// Hidden implements Prompter.
func (p *Pinentry) Hidden(ctx context.Context, question string) (credential.Secret, error) {
	answer, err := p.ask(ctx, "GETPIN", question, label(question))
	return credential.NewSecret(string(answer)), err
}

// Confirm implements Prompter.
func (p *Pinentry) Confirm(ctx context.Context, question string) (bool, error) {
	command, name, typed := "CONFIRM", label(question), !slices.Contains(trusted, p.flavor)
	if typed {
		command, name, question = "GETPIN", "yes or no:", ended(question)+"\n(type yes to agree)"
	}
	answer, err := p.ask(ctx, command, question, name)
	switch {
	case errors.Is(err, errNo), errors.Is(err, ErrCancelled) && ctx.Err() == nil:
		return false, nil
	case typed:
		return isYes(string(answer)), err
	}
	return err == nil, err
}

// trusted are the flavors whose CONFIRM says yes to nothing but a yes: fltk's takes
// Escape and a closed window for one, those of gnome3 and curses an Enter that was
// typed for something else. What is not known has to be tried first.
var trusted = []string{"gtk2", "qt", "tty"}

// errNo is a person's answer to CONFIRM.
var errNo = errors.New("no")

func (p *Pinentry) ask(ctx context.Context, command, question, name string) ([]byte, error) {
	defer context.AfterFunc(ctx, p.cmd.terminate)()
	if p.atTTY {
		watching, stop := context.WithCancel(ctx)
		defer stop()
		p.tty.watch(watching, p.cmd.terminate)
	}
	settings := [][2]string{
		{"SETTIMEOUT", strconv.Itoa(secondsLeft(ctx))},
		{"SETTITLE", dialogTitle},
		{"SETDESC", p.shown(p.page.introduction + ended(question) + p.howToCancel(command))},
		{"SETPROMPT", name},
		{"SETOK", "_OK"}, // the underlined letter is its key
		{"SETCANCEL", "_Cancel"},
	}
	if command == "CONFIRM" {
		settings = append(settings, [2]string{"SETOK", "_Yes"}, [2]string{"SETCANCEL", "_No"})
	}
	if p.page.since != "" {
		settings = append(settings, [2]string{"SETERROR", p.shown(p.page.since)})
	}
	for _, s := range settings {
		if err := p.tell(s[0], s[1]); err != nil {
			return nil, p.end(ctx, err)
		}
	}
	answer, err := p.server.call(command, "")
	if err != nil {
		return nil, p.end(ctx, err)
	}
	p.page.answered()
	return answer, nil
}

// howToCancel is a line about the keys, where Escape and Ctrl-C do nothing.
func (p *Pinentry) howToCancel(command string) string {
	switch {
	case !p.atTTY || p.flavor == "tty" && command == "CONFIRM":
		return ""
	case p.flavor == "tty":
		return "\n(Ctrl-D cancels)"
	}
	return "\n(Tab, Tab, Enter cancels)"
}

// shown is a text as this pinentry takes it. Windows break lines themselves;
// on a terminal one that is too long is an error.
func (p *Pinentry) shown(text string) string {
	if p.atTTY {
		text = wrap(text)
	}
	return plain(strings.TrimRight(text, "\n"))
}

// end says how a question without an answer ended.
func (p *Pinentry) end(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return endOfContext(ctx)
	}
	var e *assuanError
	if !errors.As(err, &e) {
		return unable("it stopped: %w", err)
	}
	if p.atTTY && p.tty.gone() {
		return unable("the terminal is closed: %w", e) // pinentry-tty says that somebody cancelled
	}
	switch e.code {
	case gpgTimeout:
		return ErrTimeout
	case gpgNotConfirmed:
		return errNo
	case gpgCanceled, gpgFullyCanceled, gpgAssuanCanceled:
		return ErrCancelled
	}
	return unable("%w", e)
}

// Close implements Prompter.
func (p *Pinentry) Close() {
	_, _ = io.WriteString(p.stdin, "BYE\n")
	_ = p.stdin.Close()
	timer := time.AfterFunc(grace, p.cmd.terminate)
	_ = p.cmd.wait()
	timer.Stop()
	p.tty.restore()
}
