package broker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

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
	turn     *session.Lock
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
	turn := session.NewLock(a.dir, "terminal:"+t.Name())
	if err := turn.Wait(ctx); err != nil {
		t.Close()
		if errors.Is(err, context.DeadlineExceeded) {
			return nil, prompt.ErrTimeout
		}
		return nil, prompt.ErrCancelled
	}
	a.terminal, a.turn = t, turn
	return t, nil
}

func (a *asker) close() {
	if a.terminal == nil {
		return
	}
	_ = a.turn.Unlock()
	a.terminal.Close()
	a.terminal = nil
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
		t.Print(fmt.Sprintf("choose a passphrase for the encrypted keystore in %s (at least %d characters)\n", prompt.Clean(p.Dir), keystore.MinPassphrase))
		first, err := t.Hidden(ctx, "new passphrase: ")
		if err != nil {
			return first, err
		}
		if len(first.Reveal()) < keystore.MinPassphrase {
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
