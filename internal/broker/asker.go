package broker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/session"
)

// asker is this process's turn at the terminal. It is taken at the first
// question and kept until the last, since two processes that ask about two
// things must not share the keyboard.
type asker struct {
	*Broker
	dir      string // of the locks; empty excludes nobody
	terminal *prompt.Terminal
	turn     func() // gives the turn back
}

// open takes the terminal, waiting for its turn until ctx ends.
func (a *asker) open(ctx context.Context) (*prompt.Terminal, error) {
	if a.terminal != nil {
		return a.terminal, nil
	}
	t, err := prompt.OpenTerminal()
	if err != nil {
		return nil, err
	}
	turn, err := a.takeTurn(ctx)
	if err != nil {
		t.Close()
		return nil, err
	}
	a.terminal, a.turn = t, turn
	return t, nil
}

func (a *asker) close() {
	if a.terminal == nil {
		return
	}
	a.turn()
	a.terminal.Close()
	a.terminal = nil
}

// takeTurn makes this process the one that asks at its terminal, waiting for
// others as long as a question may take. It may be taken again by who has it.
func (b *Broker) takeTurn(ctx context.Context) (giveBack func(), err error) {
	if b.turns == 0 {
		ctx, cancel := context.WithDeadline(ctx, latest(b.Started.Add(b.Limits.Question), time.Now().Add(time.Second)))
		defer cancel()
		b.turn = session.NewLock(b.sessionDir(), "terminal:"+prompt.TerminalName())
		_, err := b.turn.Await(ctx, b.telling(func() string {
			return fmt.Sprintf("waiting for process %d, which asks something at this terminal", b.turn.Holder())
		}))
		switch {
		case errors.Is(ctx.Err(), context.DeadlineExceeded):
			return nil, prompt.ErrTimeout
		case ctx.Err() != nil:
			return nil, prompt.ErrCancelled
		case err != nil:
			b.debug("no turns at the terminal: %v", err)
		}
	}
	b.turns++
	return func() {
		if b.turns--; b.turns == 0 {
			_ = b.turn.Unlock()
		}
	}, nil
}

// telling is a check for session.Lock.Await that finds nothing, but tells a
// person who waits for more than a moment what for.
func (b *Broker) telling(what func() string) func() bool {
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
func (a *asker) passphrase(ctx context.Context, p keystore.PassphraseRequest) (credential.Secret, error) {
	if s, ok, err := passphraseFromEnv(); ok || err != nil {
		return s, err
	}
	if a.noPassphrase != nil {
		return credential.Secret{}, a.noPassphrase
	}
	s, err := a.typedPassphrase(ctx, p)
	a.noPassphrase = err // a person says no once
	return s, err
}

// retry lets a person who mistyped the passphrase type it again.
func (a *asker) retry(use func() error) error {
	for try := 1; ; try++ {
		err := use()
		if !errors.Is(err, keystore.ErrPassphrase) || a.terminal == nil || try == tries {
			return err
		}
		a.terminal.Print("that is not the passphrase\n")
	}
}

func (a *asker) typedPassphrase(ctx context.Context, p keystore.PassphraseRequest) (credential.Secret, error) {
	t, err := a.open(ctx)
	if err != nil {
		return credential.Secret{}, err
	}
	if !p.New {
		return t.Hidden(ctx, "passphrase of the encrypted keystore in "+prompt.Clean(p.Dir)+": ")
	}
	for {
		t.Print(fmt.Sprintf("choose a passphrase for the encrypted keystore in %s (at least %d characters)\n", prompt.Clean(p.Dir), p.MinLength))
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
		return credential.Secret{}, false, failed(Keychain, "cannot read the passphrase: %v", err)
	}
	line, _, _ := strings.Cut(string(data), "\n")
	return credential.NewSecret(strings.TrimSuffix(line, "\r")), true, nil
}
