package broker

import (
	"cmp"
	"context"
	"time"
	"unicode/utf8"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/passphrase"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
)

// passphrase returns the passphrase of the encrypted-file keystore: from the
// environment, for machines without a person, else as a person types it.
func (a *Asker) passphrase(ctx context.Context, p keystore.PassphraseRequest) (credential.Secret, error) {
	if s, ok, err := passphrase.FromEnv(); err != nil {
		return s, failure.New(failure.Keychain, "%w", err)
	} else if ok && p.New && passphrase.IsTrivial(s, a.Names...) {
		return s, failure.New(failure.Keychain, "%w: %s", keystore.ErrWeakPassphrase, passphrase.Trivial)
	} else if ok {
		return s, nil
	}
	if a.broker.noPassphrase != nil {
		return credential.Secret{}, a.broker.noPassphrase
	}
	s, err := a.typedPassphrase(ctx, p)
	a.broker.noPassphrase = err // a person says no once
	return s, err
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
	t.Begin(cmp.Or(prompt.OtherCaller(), "awsbroker") + does + within(ctx) + "\n")
	if !p.New {
		return t.Hidden(ctx, "passphrase of the encrypted file in "+p.Dir+": ")
	}
	for {
		t.Print(say.Sprintf("choose a passphrase for the encrypted file in %s (at least %d characters)\n", p.Dir, p.MinLength))
		first, err := t.Hidden(ctx, "new passphrase: ")
		if err != nil {
			return first, err
		}
		if utf8.RuneCountInString(first.Reveal()) < p.MinLength {
			t.Print("that is too short\n")
			continue
		}
		if passphrase.IsTrivial(first, a.Names...) {
			t.Print("that is too easy to guess: " + passphrase.Trivial + "\n")
			continue
		}
		second, err := t.Hidden(ctx, "repeat it: ")
		if err != nil {
			return second, err
		}
		if first == second {
			return first, nil
		}
		t.Print("the two passphrases differ\n")
	}
}

// memory is where a typed passphrase is from then on: in this run, and for as long as
// awsbroker_passphrase_for says with the system. What the environment has is not kept.
func (b *Broker) memory() keystore.Memory {
	if _, ok, err := passphrase.FromEnv(); ok || err != nil {
		return keystore.Memory{}
	}
	return keystore.Memory{Recall: b.recallPassphrase, Keep: b.keepPassphrase, Forget: func() { _ = b.ForgetPassphrase() }}
}

func (b *Broker) recallPassphrase() (credential.Secret, bool) {
	if !b.typed.IsEmpty() {
		return b.typed, true
	}
	if life, _ := b.passphraseLife(); life == 0 {
		return credential.Secret{}, false
	}
	p, _, ok := b.keptPassphrase().Get(time.Now())
	return p, ok
}

func (b *Broker) keepPassphrase(p credential.Secret) {
	b.typed = p
	life, err := b.passphraseLife()
	if err != nil {
		b.Warn("the passphrase of the encrypted file is not cached: %v", err)
	}
	if life == 0 {
		return
	}
	if err := b.keptPassphrase().Put(p, time.Now().Add(life)); err != nil {
		b.Debug("keychain: its passphrase is not cached: %v", err)
	}
}

// ForgetPassphrase makes the next use of the encrypted file ask for its passphrase.
func (b *Broker) ForgetPassphrase() error {
	b.typed = credential.Secret{}
	if err := b.keptPassphrase().Forget(); err != nil {
		return failure.New(failure.Keychain, "the cached passphrase of the encrypted file could not be deleted: %w", err)
	}
	return nil
}

// PassphraseKept returns until when the passphrase of the encrypted file is kept; zero
// if it is not.
func (b *Broker) PassphraseKept() time.Time {
	_, until, _ := b.keptPassphrase().Get(time.Now())
	return until
}

func (b *Broker) keptPassphrase() session.Kept {
	return session.Kept{Of: b.Paths.KeystoreDir(), Cache: b.Paths.Cache}
}

// passphraseLife is 0 where the config file cannot be read: whoever switched the
// keeping off there is not overruled.
func (b *Broker) passphraseLife() (time.Duration, error) {
	cfg, err := b.ReadConfig()
	if err != nil {
		return 0, err
	}
	return cfg.PassphraseLife()
}
