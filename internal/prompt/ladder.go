package prompt

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/say"
)

// Ladder asks in the first of several ways that works, one after the other. A
// way that turns out not to work at its first question is left for the next;
// one that a person cancelled is the end.
type Ladder struct {
	options  Options
	desktop  desktop
	left     []Way // not tried yet
	now      Prompter
	way      Way
	giveBack func()
	page     page  // what the next way has to show, should this one fail
	unasked  error // ErrBackground, else ErrNoTerminal
}

// Options of a ladder.
type Options struct {
	Ways Ways
	// InWindow leaves out all that asks at a terminal: who runs in it could answer.
	InWindow bool
	Environ  []string // of this process, which programs that ask inherit a part of
	// Turn makes this process the only one that asks at a place, such as a
	// terminal, until giveBack.
	Turn func(ctx context.Context, place string) (giveBack func(), err error)
	// Debug hears why a way was left.
	Debug func(text string)
}

// errUnable means that a way cannot ask here, and that nobody saw a question.
var errUnable = errors.New("it cannot ask")

func unable(format string, args ...any) error {
	return fmt.Errorf("%w: %w", errUnable, fmt.Errorf(format, args...))
}

// Open finds the first way that can ask, and waits for its turn there.
func Open(ctx context.Context, o Options) (*Ladder, error) {
	l := &Ladder{options: o, desktop: desktopOf(o.Environ), unasked: ErrNoTerminal}
	l.desktop.inWindow = o.InWindow
	for _, way := range o.Ways.List() {
		if way == ByDialog {
			l.left = append(l.left, dialogWays(o.Environ)...)
		} else {
			l.left = append(l.left, way)
		}
	}
	if err := l.next(ctx); err != nil {
		return nil, err
	}
	return l, nil
}

// AtTerminal reports whether questions go to the controlling terminal.
func (l *Ladder) AtTerminal() bool { return l.way == ByTerminal }

// Way is the one that questions go to.
func (l *Ladder) Way() Way { return l.way }

// next takes the next way that opens.
func (l *Ladder) next(ctx context.Context) error {
	for len(l.left) > 0 {
		way := l.left[0]
		l.left = l.left[1:]
		open := openers[way]
		if open == nil || l.options.InWindow && way == ByTerminal {
			continue // ByCommand knows only codes, and who asks for one runs it
		}
		where, err := open(ctx, l.desktop)
		if ctx.Err() != nil {
			if err == nil {
				where.prompter.Close()
			}
			return endOfContext(ctx)
		}
		if err != nil {
			l.options.Debug(say.Sprintf("%s: %v", way, err))
			if errors.Is(err, ErrBackground) {
				l.unasked = ErrBackground
			}
			continue
		}
		giveBack, err := l.options.Turn(ctx, where.place)
		if err != nil {
			where.prompter.Close()
			return err
		}
		l.now, l.way, l.giveBack = where.prompter, way, giveBack
		l.options.Debug(fmt.Sprintf("asking; way: %s", way))
		return nil
	}
	return l.unasked
}

// opened is a way that can ask, as far as can be seen without asking.
type opened struct {
	prompter Prompter
	place    string // where: two processes must not ask there at once
}

// openers fail for ways that cannot ask here, at once.
var openers = map[Way]func(context.Context, desktop) (opened, error){
	ByTerminal: openTerminal, ByPinentry: openPinentry,
	ByZenity: zenity.open, ByKDialog: kdialog.open, ByOSAScript: osascript.open, ByPowerShell: powershell.open,
}

func openTerminal(context.Context, desktop) (opened, error) {
	t, err := OpenTerminal()
	return opened{t, "terminal:" + TerminalName()}, err
}

// Begin implements Prompter. Line breaks of text stay; other control characters are
// replaced, here as in all that the ladder shows.
func (l *Ladder) Begin(text string) {
	text = say.Text(text)
	l.page = page{introduction: text}
	if l.now != nil {
		l.now.Begin(text)
	}
}

// Print implements Prompter.
func (l *Ladder) Print(text string) {
	text = say.Text(text)
	l.page.add(text)
	if l.now != nil {
		l.now.Print(text)
	}
}

// Size is [Terminal.Size] where people are asked at the terminal, else 0.
func (l *Ladder) Size() (width, height int) {
	if t, ok := l.now.(*Terminal); ok {
		return t.Size()
	}
	return 0, 0
}

// Draw shows a picture, whose escape sequences colour it, where people are asked at
// the terminal; elsewhere it shows nothing.
func (l *Ladder) Draw(picture string) {
	if t, ok := l.now.(*Terminal); ok {
		_, _ = io.WriteString(t.out, t.withReturns(picture))
	}
}

// Line implements Prompter.
func (l *Ladder) Line(ctx context.Context, question string) (answer string, err error) {
	err = l.ask(ctx, func() error {
		answer, err = l.now.Line(ctx, say.Line(question))
		return err
	})
	return answer, err
}

// Hidden implements Prompter.
func (l *Ladder) Hidden(ctx context.Context, question string) (answer credential.Secret, err error) {
	err = l.ask(ctx, func() error {
		answer, err = l.now.Hidden(ctx, say.Line(question))
		return err
	})
	return answer, err
}

// Confirm implements Prompter.
func (l *Ladder) Confirm(ctx context.Context, question string) (yes bool, err error) {
	err = l.ask(ctx, func() error {
		yes, err = l.now.Confirm(ctx, say.Line(question))
		return err
	})
	return yes, err
}

func (l *Ladder) ask(ctx context.Context, question func() error) error {
	for l.now != nil {
		err := question()
		if !errors.Is(err, errUnable) {
			l.page.answered()
			return err
		}
		l.options.Debug(say.Sprintf("%s: %v", l.way, err))
		l.Close()
		if err := l.next(ctx); err != nil {
			return err
		}
		l.now.Begin(l.page.text())
	}
	return ErrNoTerminal
}

// Close ends the asking and gives the turn back.
func (l *Ladder) Close() {
	if l.now == nil {
		return
	}
	l.now.Close()
	l.giveBack()
	l.now = nil
}

// page is what stands above a question where nothing stays on a screen: what
// the matter is, and what was printed since the last answer.
type page struct {
	introduction, since string
	asked               bool
}

func (p *page) add(text string) {
	if p.asked {
		p.since += text
	} else {
		p.introduction += text
	}
}

func (p *page) answered() { p.asked, p.since = true, "" }

func (p *page) text() string { return p.introduction + p.since }
