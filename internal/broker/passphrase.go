package broker

import (
	"context"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
)

// passphrase returns the passphrase of the encrypted-file keystore: from the
// environment, for machines without a person, else as a person types it.
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
