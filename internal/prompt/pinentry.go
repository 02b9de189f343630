package prompt

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
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
	tty    *spare // the one it may use, if any
	atTTY  bool   // it does
	page   page
}

// pinentryPatience is how long it may take to say hello.
const pinentryPatience = 5 * time.Second

// openPinentry starts the program. One that needs a terminal has to be told
// of one that nobody else uses: GPG_TTY's, where none controls this process.
func openPinentry(ctx context.Context, environ []string) (opened, error) {
	path, err := pinentryProgram(environ)
	if err != nil {
		return opened{}, unable("%w", err)
	}
	place, noDisplay := display(environ)
	tty, noTerminal := spareTerminal(variable(environ, "GPG_TTY"))
	if noDisplay != nil && noTerminal != nil {
		return opened{}, fmt.Errorf("%w; %w", noDisplay, noTerminal)
	}
	p, err := startPinentry(environ, path, tty)
	if err != nil {
		return opened{}, err
	}
	flavor, err := p.greet(ctx, environ)
	p.atTTY = noDisplay != nil || flavor == "tty" || flavor == "curses" || strings.HasSuffix(flavor, ":curses")
	switch {
	case err != nil:
	case p.atTTY && noTerminal != nil:
		// pinentry-tty would say that somebody cancelled it.
		err = fmt.Errorf("%s is for terminals: %w", Clean(path), noTerminal)
	case p.atTTY:
		place = "tty:" + tty.name()
	}
	if err != nil {
		p.Close()
		return opened{}, err
	}
	return opened{p, place}, nil
}

// pinentryProgram is the one that gpg-agent uses (gpg-agent(1)), else the one
// on PATH.
func pinentryProgram(environ []string) (string, error) {
	home := variable(environ, "GNUPGHOME")
	if dir, err := os.UserHomeDir(); home == "" && err == nil {
		home = filepath.Join(dir, ".gnupg")
	}
	conf, _ := os.ReadFile(filepath.Join(home, "gpg-agent.conf"))
	candidates := []string{"pinentry", "pinentry-mac"}
	for line := range strings.Lines(string(conf)) {
		if f := strings.Fields(line); len(f) == 2 && f[0] == "pinentry-program" && filepath.IsAbs(f[1]) {
			candidates = append([]string{f[1]}, candidates...)
		}
	}
	for _, name := range candidates {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("there is no program pinentry")
}

func startPinentry(environ []string, path string, tty *spare) (*Pinentry, error) {
	p := &Pinentry{cmd: programOf(environ, path), tty: tty}
	stdin, err := p.cmd.StdinPipe()
	if err != nil {
		tty.restore()
		return nil, unable("%w", err)
	}
	stdout, err := p.cmd.StdoutPipe()
	if err == nil {
		err = p.cmd.Start()
	}
	if err != nil {
		tty.restore()
		return nil, unable("%w", err)
	}
	p.stdin, p.server = stdin, newAssuan(stdout, stdin)
	return p, nil
}

// greet waits for the program and tells it where the person is. The flavor is
// how it asks: "gtk2", "curses".
func (p *Pinentry) greet(ctx context.Context, environ []string) (flavor string, err error) {
	ctx, cancel := context.WithTimeout(ctx, pinentryPatience)
	defer cancel()
	defer context.AfterFunc(ctx, p.cmd.terminate)()
	if _, err := p.server.response(); err != nil {
		return "", unable("no greeting: %w", err)
	}
	options := [][2]string{
		{"display", variable(environ, "DISPLAY")},
		{"lc-ctype", firstSet(environ, "LC_ALL", "LC_CTYPE", "LANG")},
		{"lc-messages", firstSet(environ, "LC_ALL", "LC_MESSAGES", "LANG")},
	}
	if p.tty != nil {
		options = append(options, [2]string{"ttyname", p.tty.name()}, [2]string{"ttytype", terminalType(environ)})
	}
	// Codes come from another window as often as not: the keyboard is not grabbed.
	if err := p.tell("OPTION", "no-grab"); err != nil {
		return "", err
	}
	for _, o := range options {
		if o[1] != "" {
			if err := p.tell("OPTION", o[0]+"="+o[1]); err != nil {
				return "", err
			}
		}
	}
	data, err := p.server.call("GETINFO", "flavor")
	var refusal *assuanError // by an older one
	if err != nil && !errors.As(err, &refusal) {
		return "", unable("%w", err)
	}
	return string(data), nil
}

func firstSet(environ []string, names ...string) string {
	for _, name := range names {
		if v := variable(environ, name); v != "" {
			return v
		}
	}
	return ""
}

// terminalType is TERM, which is not ours but GPG_TTY's: something that can
// move the cursor.
func terminalType(environ []string) string {
	if t := variable(environ, "TERM"); t != "" && t != "dumb" {
		return t
	}
	return "vt100"
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
	answer, err := p.ask(ctx, "GETPIN", question)
	return string(answer), err
}

// Hidden implements Prompter.
func (p *Pinentry) Hidden(ctx context.Context, question string) (credential.Secret, error) {
	answer, err := p.ask(ctx, "GETPIN", question)
	return credential.NewSecret(string(answer)), err
}

// Confirm implements Prompter.
func (p *Pinentry) Confirm(ctx context.Context, question string) (bool, error) {
	_, err := p.ask(ctx, "CONFIRM", question)
	if errors.Is(err, errNo) {
		return false, nil
	}
	return err == nil, err
}

// errNo is a person's answer to CONFIRM.
var errNo = errors.New("no")

func (p *Pinentry) ask(ctx context.Context, command, question string) ([]byte, error) {
	defer context.AfterFunc(ctx, p.cmd.terminate)()
	if p.atTTY {
		watching, stop := context.WithCancel(ctx)
		defer stop()
		p.tty.watch(watching, p.cmd.terminate)
	}
	settings := [][2]string{
		{"SETTIMEOUT", strconv.Itoa(secondsLeft(ctx))},
		{"SETTITLE", dialogTitle},
		{"SETDESC", p.shown(p.page.introduction + ended(question))},
		{"SETPROMPT", label(question)},
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
		return unable("it ended: %w", err)
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
