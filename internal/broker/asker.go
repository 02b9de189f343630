package broker

import (
	"context"
	"errors"

	"github.com/awsbroker/awsbroker/internal/caller"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/prompt"
)

// Asker asks a person: at a terminal, or at another place. It takes the place's turn
// at the first question and keeps it until [Asker.Close], since two processes that
// ask about two things must not share the keyboard.
type Asker struct {
	broker   *Broker
	ways     prompt.Ways // that the person wants to be asked in
	ladder   *prompt.Ladder
	inWindow bool     // not at a terminal, which is an agent's
	Before   func()   // is called before something is asked; nil: nothing is in the way
	Names    []string // of the user or the account: a new passphrase is not to be made of them
}

// NewAsker returns an asker that has asked nobody yet. The caller has to close it.
// A person is asked in the ways that the command line or the environment says,
// else in those of p; nil stands for no profile.
func (b *Broker) NewAsker(p *config.Profile) *Asker { return &Asker{broker: b, ways: b.waysOf(p)} }

// waysOf returns the ways to ask for what a profile needs.
func (b *Broker) waysOf(p *config.Profile) prompt.Ways {
	if p == nil {
		return b.Prompt
	}
	ways, _ := prompt.ParseWays(p.Prompt) // config has checked it
	return b.Prompt.Or(ways)
}

// Open finds a way to ask, waiting for its turn there until ctx ends.
func (a *Asker) Open(ctx context.Context) (prompt.Prompter, error) {
	return a.openOne(ctx, a.ways)
}

// openOne finds the first of these ways that works, unless one was found before.
func (a *Asker) openOne(ctx context.Context, ways prompt.Ways) (prompt.Prompter, error) {
	if a.Before != nil {
		a.Before()
	}
	if a.ladder != nil {
		return a.ladder, nil
	}
	ladder, err := prompt.Open(ctx, prompt.Options{Ways: ways, InWindow: a.inWindow, Environ: a.broker.Environ, Turn: a.broker.takeTurn, Debug: a.broker.Report.Debug})
	if err != nil {
		return nil, err
	}
	a.ladder = ladder
	return ladder, nil
}

// Close gives the place back where a person was asked, if one was. The asker may ask
// again afterwards.
func (a *Asker) Close() {
	if a.ladder == nil {
		return
	}
	a.ladder.Close()
	a.ladder = nil
}

// AtTerminal reports whether the person is asked at the terminal, and not in a
// window. Open is to be called before.
func (a *Asker) AtTerminal() bool { return a.ladder.AtTerminal() }

// Draw is [prompt.Ladder.Draw]. [Asker.Open] has to be called before.
func (a *Asker) Draw(picture string) { a.ladder.Draw(picture) }

// Size is [prompt.Ladder.Size]. [Asker.Open] has to be called before.
func (a *Asker) Size() (width, height int) { return a.ladder.Size() }

// OtherScreen is [prompt.Ladder.OtherScreen]. [Asker.Open] has to be called before.
func (a *Asker) OtherScreen() (back func()) { return a.ladder.OtherScreen() }

// AskYes asks for a yes to text, in the way that codes are asked for. shown says
// that the person has text on the terminal already: there it is not repeated.
func (a *Asker) AskYes(ctx context.Context, text, question string, shown bool) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, a.broker.Limits.Question)
	defer cancel()
	one := &Asker{broker: a.broker, ways: a.ways, inWindow: a.broker.Agent != (caller.Agent{})}
	defer one.Close()
	if _, err := one.Open(ctx); err != nil {
		return false, err
	}
	if !shown || !one.ladder.AtTerminal() {
		one.ladder.Begin(text + "\n")
	}
	return one.ladder.Confirm(ctx, question)
}

// Confirm shows text and asks for a yes, unless it was given beforehand (--yes).
// A no is a failure.
func (a *Asker) Confirm(ctx context.Context, text, question string) error {
	err := a.broker.Report.Confirm(ctx, a, text, question)
	if errors.Is(err, prompt.ErrNoTerminal) {
		return failure.Unasked(err, "there is no terminal to ask at").Hint("to agree without a question, add --yes")
	}
	if err != nil {
		return failure.New(failure.NeedPerson, "%w", err)
	}
	return nil
}

// Retry calls use, and again while a person who mistyped the keystore's passphrase
// may type it anew.
func (a *Asker) Retry(use func() error) error {
	for try := 1; ; try++ {
		err := use()
		if !errors.Is(err, keystore.ErrPassphrase) || a.ladder == nil || try == tries {
			return err
		}
		a.ladder.Print("wrong passphrase\n")
	}
}
