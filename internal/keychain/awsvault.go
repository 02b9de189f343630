package keychain

import (
	"context"
	"errors"
	"os"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
)

// vaultSource is the keychain of aws-vault.
type vaultSource struct {
	run   *broker.Broker
	adder *Adder
	from  ImportOptions
	vault *keystore.AWSVault
}

// place returns where aws-vault would look, by its own variables
// (https://github.com/99designs/aws-vault/blob/master/USAGE.md#environment-variables).
// Without AWS_VAULT_BACKEND that is a keystore of the kind that awsbroker uses.
func (s *vaultSource) place() (keystore.AWSVaultPlace, error) {
	p := keystore.AWSVaultPlace{
		Kind:       s.adder.kind,
		FileDir:    os.Getenv("AWS_VAULT_FILE_DIR"),
		PassDir:    os.Getenv("AWS_VAULT_PASS_PASSWORD_STORE_DIR"),
		PassPrefix: os.Getenv("AWS_VAULT_PASS_PREFIX"),
		Keychain:   os.Getenv("AWS_VAULT_KEYCHAIN_NAME"),
		Collection: os.Getenv("AWS_VAULT_SECRET_SERVICE_COLLECTION_NAME"),
	}
	backend := os.Getenv("AWS_VAULT_BACKEND")
	if backend == "" {
		return p, nil
	}
	kind, err := keystore.ParseKind(backend)
	if err != nil {
		return p, failure.New(failure.Other, "AWS_VAULT_BACKEND is %q, which awsbroker cannot read", backend).
			Hint("have aws-vault pass the key on: aws-vault exec --no-session NAME -- awsbroker add NAME --from-env")
	}
	p.Kind = kind
	return p, nil
}

func (s *vaultSource) find(ctx context.Context) ([]*candidate, error) {
	if err := s.adder.Open(ctx); err != nil {
		return nil, err
	}
	place, err := s.place()
	if err != nil {
		return nil, err
	}
	options := s.run.KeystoreOptions(s.adder.Asker)
	options.Passphrase = s.passphrase
	if s.vault, err = keystore.OpenAWSVault(place, options); err != nil {
		return nil, vaultFailure(err)
	}
	names := []string{s.from.Of}
	if s.from.Of == "" {
		if names, err = s.names(ctx, place); err != nil {
			return nil, err
		}
	}
	var all []*candidate
	for _, name := range names {
		c := &candidate{where: "aws-vault's key " + name, name: name, item: name}
		err := s.adder.Asker.Retry(func() (err error) {
			c.key, err = s.vault.Get(ctx, name)
			return err
		})
		switch {
		case s.from.Of != "" && errors.Is(err, keystore.ErrNotFound):
			return nil, s.notFound(ctx, name)
		case err != nil:
			c.fault = vaultFailure(err)
		case s.from.Of == "" && c.key.Temporary():
			s.run.Report.Step(c.where + " is temporary, so it was left there")
			continue
		}
		all = append(all, c)
	}
	if len(all) == 0 {
		return nil, s.notFound(ctx, "")
	}
	return all, nil
}

// names returns the names of all keys of aws-vault. At the top of a pass store the
// keys stand among everything else that the person keeps there; then only names of
// profiles are returned, and nothing else is read.
func (s *vaultSource) names(ctx context.Context, place keystore.AWSVaultPlace) ([]string, error) {
	names, err := s.vault.Names(ctx)
	if err != nil && !errors.Is(err, keystore.ErrNotFound) {
		return nil, vaultFailure(err)
	}
	slices.Sort(names)
	if place.Kind != keystore.Pass || place.PassPrefix != "" {
		return names, nil
	}
	cfg, err := s.run.ReadConfig()
	if err != nil {
		return nil, err
	}
	return slices.DeleteFunc(names, func(name string) bool { return !cfg.Has(name) }), nil
}

func (s *vaultSource) notFound(ctx context.Context, name string) error {
	f := failure.New(failure.NotFound, "aws-vault has no key in %s", s.vault.Where())
	if name != "" {
		f = failure.New(failure.NotFound, "aws-vault has no key %q in %s", name, s.vault.Where())
		if names, err := s.vault.Names(ctx); err == nil && len(names) > 0 && len(names) <= 20 {
			f.Hint("it has: %s", strings.Join(names, ", "))
		}
	}
	if os.Getenv("AWS_VAULT_BACKEND") == "" {
		f.Hint("if aws-vault keeps its keys elsewhere, set AWS_VAULT_BACKEND=file (or keychain, wincred, secret-service, pass)")
	}
	return f
}

// passphrase returns the passphrase of aws-vault's files: from the variable of
// aws-vault, even if that is empty, else as a person types it.
func (s *vaultSource) passphrase(ctx context.Context, p keystore.PassphraseRequest) (credential.Secret, error) {
	if given, ok := os.LookupEnv("AWS_VAULT_FILE_PASSPHRASE"); ok {
		return credential.NewSecret(given), nil
	}
	t, err := s.adder.Asker.Open(ctx)
	if err != nil {
		return credential.Secret{}, err
	}
	return t.Hidden(ctx, "passphrase of aws-vault's keys in "+p.Dir+": ")
}

// vaultFailure is [failure.OfKeystore] with hints for aws-vault's keychain.
func vaultFailure(err error) error {
	if errors.Is(err, prompt.ErrNoTerminal) {
		return failure.Unasked(err, "aws-vault's keys need their passphrase, and there is no terminal to ask at").Hint("set AWS_VAULT_FILE_PASSPHRASE")
	}
	f := failure.OfKeystore(err, "")
	f.Hints = nil
	switch {
	case errors.Is(err, keystore.ErrPassphrase):
		f.Hint("run the command again with aws-vault's passphrase, or set AWS_VAULT_FILE_PASSPHRASE")
	case errors.Is(err, keystore.ErrCorrupt):
		f.Reason = failure.Other
	case errors.Is(err, keystore.ErrMissing):
		f.Hint("if aws-vault keeps its keys elsewhere, set AWS_VAULT_BACKEND=file (or keychain, wincred, secret-service, pass)")
	}
	return f
}

func (s *vaultSource) ask(ctx context.Context, ready []*candidate) error {
	if !s.from.Move {
		return nil
	}
	question := "Move it?"
	if len(ready) > 1 {
		question = "Move them?"
	}
	return s.run.Confirm(ctx, say.Sprintf("%s\nThis will move it into %s and remove it from aws-vault (%s).", say.Shown(listKeys(ready)), s.adder.kind.Words(), s.vault.Where()), question)
}

func (s *vaultSource) takeOut(ctx context.Context, stored []*candidate, _ bool) error {
	if !s.from.Move {
		s.run.Report.Step("aws-vault still has its own copies (--move removes them)")
		return nil
	}
	for _, c := range stored {
		if err := s.vault.Remove(ctx, c.item); err != nil {
			return failure.New(failure.Other, "key %q was stored in the keychain, but could not be removed from aws-vault: %w", c.name, err).
				Hint("remove it there: aws-vault remove %s", say.ShellWord(c.item))
		}
	}
	s.run.Report.Step("removed from aws-vault (" + s.vault.Where() + ")")
	return nil
}
