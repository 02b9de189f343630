package broker

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/totp"
)

// seedPrice is what a seed in the keychain costs. It is said before the yes.
const seedPrice = "then a code proves nothing more: whoever opens the keychain,\nand any program that runs as you, has both factors"

// StoreSeed puts the seed of a profile's virtual MFA device into the keychain.
// given is the seed, or empty to ask for it. The seed is base32, or the
// otpauth:// URI that the QR code of the device holds.
func (b *Broker) StoreSeed(ctx context.Context, profile string, given credential.Secret) (*Target, error) {
	t, err := b.seedTarget(profile)
	if err != nil {
		return nil, err
	}
	device := t.Profile.MFASerial
	a := b.newAsker()
	defer a.close()
	if given.IsEmpty() {
		if given, err = a.askSeed(ctx, device); err != nil {
			return nil, err
		}
	}
	seed, err := readSeed(given)
	if err != nil {
		return nil, err
	}
	text := fmt.Sprintf("the seed of %s goes into the keychain,\nand awsbroker makes its codes by itself\n%s", prompt.Clean(device), seedPrice)
	a.close() // the question is asked anew
	if err := b.confirm(ctx, text, "store it?"); err != nil {
		return nil, err
	}
	err = b.withSeeds(ctx, a, func(store *keystore.Store) error { return store.SetSeed(ctx, device, seed) })
	return t, err
}

// RemoveSeed takes the seed of a profile's MFA device out of the keychain.
func (b *Broker) RemoveSeed(ctx context.Context, profile string) (device string, err error) {
	t, err := b.seedTarget(profile)
	if err != nil {
		return "", err
	}
	device = t.Profile.MFASerial
	text := fmt.Sprintf("the seed of %s is taken out of the keychain;\na device that shows its codes goes on doing so", prompt.Clean(device))
	if err := b.confirm(ctx, text, "remove it?"); err != nil {
		return "", err
	}
	a := b.newAsker()
	defer a.close()
	err = b.withSeeds(ctx, a, func(store *keystore.Store) error { return store.RemoveSeed(ctx, device) })
	if errors.Is(err, keystore.ErrNotFound) {
		return "", failed(NotFound, "the keychain has no seed of %s", prompt.Clean(device))
	}
	return device, err
}

// withSeeds changes seeds in the keychain. Calls that were answered before are
// worked out again.
func (b *Broker) withSeeds(ctx context.Context, a *asker, change func(*keystore.Store) error) error {
	store, err := b.keychain(ctx, a)
	if err != nil {
		return keystoreFailure(err, "")
	}
	err = a.retry(func() error { return change(store) })
	if errors.Is(err, keystore.ErrNotFound) {
		return err
	}
	if err != nil {
		return keystoreFailure(err, "")
	}
	return session.NextGeneration(b.Paths)
}

// seedTarget refuses devices that have no seed.
func (b *Broker) seedTarget(profile string) (*Target, error) {
	t, err := b.Target(profile)
	if err != nil {
		return nil, err
	}
	b.waysOf(t.Profile)
	device := t.Profile.MFASerial
	if device == "" {
		return nil, failed(Usage, "profile %s has no MFA device", prompt.Clean(t.Profile.Name)).
			hint("name it: awsbroker setup %s --mfa-serial arn:aws:iam::ACCOUNT:mfa/DEVICE", ShellWord(t.Profile.Name))
	}
	if !strings.HasPrefix(device, "arn:") {
		return nil, failed(Usage, "%s is a hardware device, and those keep their seed", prompt.Clean(device))
	}
	return t, nil
}

func (a *asker) askSeed(ctx context.Context, device string) (credential.Secret, error) {
	t, err := a.open(ctx)
	if err == nil {
		t.Print("the seed is the key that AWS shows beside the QR code of a new device\n")
		var seed credential.Secret
		if seed, err = t.Hidden(ctx, "seed of "+prompt.Clean(device)+" (not shown): "); err == nil {
			return seed, nil
		}
	}
	if errors.Is(err, prompt.ErrNoTerminal) {
		return credential.Secret{}, failed(NeedPerson, "there is no terminal to ask for the seed at").
			hint("give it on standard input: awsbroker mfa seed -")
	}
	return credential.Secret{}, failed(NeedPerson, "no seed was stored: %w", err)
}

// readSeed takes a seed as people copy it. What AWS uses is the default of
// otpauth URIs: SHA-1, six digits, 30 seconds.
// https://github.com/google/google-authenticator/wiki/Key-Uri-Format
func readSeed(given credential.Secret) (credential.Secret, error) {
	text := strings.TrimSpace(given.Reveal())
	if strings.HasPrefix(strings.ToLower(text), "otpauth:") {
		u, err := url.Parse(text)
		if err != nil || u.Host != "totp" {
			return credential.Secret{}, failed(Usage, "that is not the otpauth:// URI of a TOTP device") // err would quote it
		}
		q := u.Query()
		for _, is := range [][2]string{{"algorithm", "SHA1"}, {"digits", "6"}, {"period", "30"}} {
			if got := q.Get(is[0]); got != "" && !strings.EqualFold(got, is[1]) {
				return credential.Secret{}, failed(Usage, "AWS's devices have %s=%s, and this one has not", is[0], is[1])
			}
		}
		text = q.Get("secret")
	}
	seed := credential.NewSecret(text)
	if _, err := totp.Parse(seed); err != nil {
		return credential.Secret{}, failed(Usage, "that is not a seed: it has to be base32 (letters and the digits 2 to 7), or an otpauth:// URI")
	}
	if len(text) < 16 {
		return credential.Secret{}, failed(Usage, "that is too short for a seed: AWS's have 64 letters and digits")
	}
	return seed, nil
}
