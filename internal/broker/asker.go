package broker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
)

// Asker is this process's turn at a terminal, or at another place where people
// are asked. It is taken at the first question and kept until the last, since
// two processes that ask about two things must not share the keyboard.
type Asker struct {
	broker *Broker
	ways   prompt.Ways // that the person wants to be asked in
	ladder *prompt.Ladder
	Before func() // is called before something is asked; nil: nothing is in the way
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

// openOne finds one of these ways, or keeps the one that was found before.
func (a *Asker) openOne(ctx context.Context, ways prompt.Ways) (prompt.Prompter, error) {
	if a.Before != nil {
		a.Before()
	}
	if a.ladder != nil {
		return a.ladder, nil
	}
	ladder, err := prompt.Open(ctx, prompt.Options{Ways: ways, Environ: a.broker.Environ, Turn: a.broker.takeTurn, Debug: a.broker.Report.Debug})
	if err != nil {
		return nil, err
	}
	a.ladder = ladder
	return ladder, nil
}

// Close gives the terminal back, if it was opened. It may be opened again.
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

// Draw is [prompt.Ladder.Draw]. Open is to be called before.
func (a *Asker) Draw(picture string) { a.ladder.Draw(picture) }

// AskYes asks for a yes to text, in the way that codes are asked for. shown says
// that the person has text on the terminal already: there it is not repeated.
func (a *Asker) AskYes(ctx context.Context, text, question string, shown bool) (bool, error) {
	ctx, cancel := context.WithTimeout(ctx, a.broker.Limits.Question)
	defer cancel()
	one := &Asker{broker: a.broker, ways: a.ways}
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
		return failure.New(failure.NeedPerson, "there is no terminal to ask at").Hint("say yes beforehand with --yes")
	}
	if err != nil {
		return failure.New(failure.NeedPerson, "%w", err)
	}
	return nil
}

// turn is one that is taken at a place.
type turn struct {
	lock  *session.Lock
	times int // it was taken and not given back
}

// takeTurn makes this process the one that asks at a place, waiting for others
// as long as a question may take. It may be taken again by who has it.
func (b *Broker) takeTurn(ctx context.Context, place string) (giveBack func(), err error) {
	t := b.turns[place]
	if t == nil {
		if t, err = b.awaitTurn(ctx, place); err != nil {
			return nil, err
		}
	}
	t.times++
	return func() {
		if t.times--; t.times == 0 {
			delete(b.turns, place)
			_ = t.lock.Unlock()
		}
	}, nil
}

func (b *Broker) awaitTurn(ctx context.Context, place string) (*turn, error) {
	ctx, cancel := context.WithTimeout(ctx, b.Limits.Question)
	defer cancel()
	t := &turn{lock: session.NewLock(b.SessionDir(), place)}
	_, err := t.lock.Await(ctx, b.TellWaiting(func() string {
		return fmt.Sprintf("waiting for process %d, which asks something here", t.lock.Holder())
	}))
	switch {
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		return nil, prompt.ErrTimeout
	case ctx.Err() != nil:
		return nil, prompt.ErrCancelled
	case err != nil:
		b.Debug("no turns at the terminal: %v", err)
	}
	if b.turns == nil {
		b.turns = map[string]*turn{}
	}
	b.turns[place] = t
	return t, nil
}

// TellWaiting is a check for session.Lock.Await that finds nothing, but tells a
// person who waits for more than a moment what for.
func (b *Broker) TellWaiting(what func() string) func() bool {
	since, told := time.Now(), false
	return func() bool {
		if !told && time.Since(since) > time.Second {
			told = true
			b.Report.Step(what())
		}
		return false
	}
}

// passphrase opens the encrypted-file keystore: from the environment, for
// machines without a person, else from the terminal.
func (a *Asker) passphrase(ctx context.Context, p keystore.PassphraseRequest) (credential.Secret, error) {
	if s, ok, err := passphraseFromEnv(); ok || err != nil {
		return s, err
	}
	if a.broker.noPassphrase != nil {
		return credential.Secret{}, a.broker.noPassphrase
	}
	s, err := a.typedPassphrase(ctx, p)
	a.broker.noPassphrase = err // a person says no once
	return s, err
}

// Retry lets a person who mistyped the passphrase type it again.
func (a *Asker) Retry(use func() error) error {
	for try := 1; ; try++ {
		err := use()
		if !errors.Is(err, keystore.ErrPassphrase) || a.ladder == nil || try == tries {
			return err
		}
		a.ladder.Print("that is not the passphrase\n")
	}
}

func (a *Asker) typedPassphrase(ctx context.Context, p keystore.PassphraseRequest) (credential.Secret, error) {
	t, err := a.Open(ctx)
	if err != nil {
		return credential.Secret{}, err
	}
	does := " needs a key"
	if p.New {
		does = " stores a key"
	}
	t.Begin(prompt.Caller() + does + within(ctx) + "\n")
	if !p.New {
		return t.Hidden(ctx, "passphrase of the encrypted keystore in "+p.Dir+": ")
	}
	for {
		t.Print(say.Sprintf("choose a passphrase for the encrypted keystore in %s (at least %d characters)\n", p.Dir, p.MinLength))
		first, err := t.Hidden(ctx, "new passphrase: ")
		if err != nil {
			return first, err
		}
		if utf8.RuneCountInString(first.Reveal()) < p.MinLength {
			t.Print("that is too short\n")
			continue
		}
		second, err := t.Hidden(ctx, "the same again: ")
		if err != nil {
			return second, err
		}
		if first == second {
			return first, nil
		}
		t.Print("these two differ\n")
	}
}

// passphraseFromEnv reads AWSBROKER_FILE_PASSPHRASE, or the first line of the
// file that AWSBROKER_FILE_PASSPHRASE_FILE names.
func passphraseFromEnv() (credential.Secret, bool, error) {
	if p := os.Getenv("AWSBROKER_FILE_PASSPHRASE"); p != "" {
		return credential.NewSecret(p), true, nil
	}
	file := os.Getenv("AWSBROKER_FILE_PASSPHRASE_FILE")
	if file == "" {
		return credential.Secret{}, false, nil
	}
	data, err := os.ReadFile(file)
	if err != nil {
		return credential.Secret{}, false, failure.New(failure.Keychain, "cannot read the passphrase: %v", err)
	}
	line, _, _ := strings.Cut(string(data), "\n")
	return credential.NewSecret(strings.TrimSuffix(line, "\r")), true, nil
}
