package prompt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/programs"
)

// pinentryPatience is how long it may take to say hello.
const pinentryPatience = 5 * time.Second

// errInWindow: a terminal is where an agent could answer.
var errInWindow = errors.New("it may not ask at a terminal")

// openPinentry starts the program. One that needs a terminal has to be told
// of one that nobody else uses: GPG_TTY's, where none controls this process.
func openPinentry(ctx context.Context, desk desktop) (opened, error) {
	environ := desk.environ
	path, err := pinentryProgram(environ)
	if err != nil {
		return opened{}, unable("%w", err)
	}
	place, noDisplay := desk.screen()
	tty, noTerminal := (*spare)(nil), errInWindow
	if !desk.inWindow {
		tty, noTerminal = spareTerminal(variable(environ, "GPG_TTY"))
	}
	if noDisplay != nil && noTerminal != nil {
		return opened{}, fmt.Errorf("%w; %w", noDisplay, noTerminal)
	}
	p, err := startPinentry(desk.lent(), path, tty)
	if err != nil {
		return opened{}, err
	}
	err = p.greet(ctx, environ)
	p.atTTY = noDisplay != nil || p.flavor == "tty" || p.flavor == "curses" || strings.HasSuffix(p.flavor, ":curses")
	switch {
	case err != nil:
	case p.atTTY && noTerminal != nil:
		// pinentry-tty would say that somebody cancelled it.
		err = fmt.Errorf("%s needs a terminal: %w", path, noTerminal)
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
		if path, err := programs.Find(name); err == nil {
			return path, nil
		}
	}
	return "", errors.New("the program pinentry was not found")
}

func startPinentry(lent []string, path string, tty *spare) (*Pinentry, error) {
	p := &Pinentry{cmd: programOf(lent, path), tty: tty}
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

// greet waits for the program, tells it where the person is, and learns its flavor.
func (p *Pinentry) greet(ctx context.Context, environ []string) error {
	ctx, cancel := context.WithTimeout(ctx, pinentryPatience)
	defer cancel()
	defer context.AfterFunc(ctx, p.cmd.terminate)()
	if _, err := p.server.response(); err != nil {
		return unable("it did not start correctly: %w", err)
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
		return err
	}
	for _, o := range options {
		if o[1] != "" {
			if err := p.tell("OPTION", o[0]+"="+o[1]); err != nil {
				return err
			}
		}
	}
	data, err := p.server.call("GETINFO", "flavor")
	var refusal *assuanError // by an older one
	if err != nil && !errors.As(err, &refusal) {
		return unable("%w", err)
	}
	p.flavor = string(data)
	return nil
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
