package mfa

import (
	"context"
	"errors"
	"net/url"
	"strings"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/target"
	"github.com/awsbroker/awsbroker/internal/totp"
)

// seedPrice is what a seed in the keychain costs. It is said before the yes.
const seedPrice = "A code will then no longer be a second factor: anyone who opens the keychain,\nand any program that runs as you, will have both factors."

// StoreSeed puts the seed of a profile's virtual MFA device into the keychain.
// given is the seed, or empty to ask for it. The seed is base32, or the
// otpauth:// URI that the QR code of the device holds.
func StoreSeed(ctx context.Context, b *broker.Broker, profile string, given credential.Secret) (*target.Target, error) {
	t, err := seedTarget(b, profile)
	if err != nil {
		return nil, err
	}
	device := t.Profile.MFASerial
	a := b.NewAsker(t.Profile)
	defer a.Close()
	if given.IsEmpty() {
		if given, err = askSeed(ctx, a, t.Profile); err != nil {
			return nil, err
		}
	}
	seed, err := readSeed(given)
	if err != nil {
		return nil, err
	}
	text := say.Sprintf("This will store the seed of %s in the keychain,\nand awsbroker will generate its codes.\n%s", device, say.Shown(seedPrice))
	if address := t.ForeignAddresses(); address != "" {
		text += "\n" + address
	}
	a.Close() // the question is asked anew
	if err := a.Confirm(ctx, text, "Store it?"); err != nil {
		return nil, err
	}
	err = withSeeds(ctx, b, a, func(store *keystore.Store) error { return store.SetSeed(ctx, device, seed) })
	return t, err
}

// RemoveSeed takes the seed of a profile's MFA device out of the keychain.
func RemoveSeed(ctx context.Context, b *broker.Broker, profile string) (device string, err error) {
	t, err := seedTarget(b, profile)
	if err != nil {
		return "", err
	}
	device = t.Profile.MFASerial
	text := say.Sprintf("This will remove the seed of %s from the keychain.\nDevices and apps that show its codes will keep showing them.", device)
	a := b.NewAsker(t.Profile)
	defer a.Close()
	if err := a.Confirm(ctx, text, "Remove it?"); err != nil {
		return "", err
	}
	err = withSeeds(ctx, b, a, func(store *keystore.Store) error { return store.RemoveSeed(ctx, device) })
	if errors.Is(err, keystore.ErrNotFound) {
		return "", failure.New(failure.NotFound, "the keychain has no seed of %s", device)
	}
	return device, err
}

// withSeeds changes seeds in the keychain. Calls that were answered before are
// worked out again.
func withSeeds(ctx context.Context, b *broker.Broker, a *broker.Asker, change func(*keystore.Store) error) error {
	store, err := b.OpenKeychain(ctx, a)
	if err != nil {
		return failure.OfKeystore(err, "")
	}
	err = a.Retry(func() error { return change(store) })
	if errors.Is(err, keystore.ErrNotFound) {
		return err
	}
	if err != nil {
		return failure.OfKeystore(err, "")
	}
	return session.NextGeneration(b.Paths)
}

// seedTarget returns what a profile stands for. It refuses devices without seeds.
func seedTarget(b *broker.Broker, profile string) (*target.Target, error) {
	t, err := b.Target(profile)
	if err != nil {
		return nil, err
	}
	device := t.Profile.MFASerial
	if device == "" {
		return nil, failure.New(failure.Usage, "profile %s has no MFA device", t.Profile.Name).
			Hint("add it with: awsbroker setup %s --mfa-serial DEVICE", failure.SetupWord(t.Profile.Name))
	}
	if !strings.HasPrefix(device, "arn:") {
		return nil, failure.New(failure.Usage, "%s is a hardware device, and its seed cannot be read", device)
	}
	return t, nil
}

func askSeed(ctx context.Context, a *broker.Asker, p *config.Profile) (credential.Secret, error) {
	t, err := a.Open(ctx)
	if err == nil {
		t.Print("the seed is the key that AWS shows beside the QR code of a new device\n")
		var seed credential.Secret
		if seed, err = t.Hidden(ctx, "seed of "+p.MFASerial+" (not shown): "); err == nil {
			return seed, nil
		}
	}
	if errors.Is(err, prompt.ErrNoTerminal) {
		return credential.Secret{}, failure.Unasked(err, "there is no terminal to ask for the seed at").
			Hint("pass it on standard input: awsbroker mfa seed - --yes --profile %s", say.ShellWord(p.Name))
	}
	return credential.Secret{}, failure.New(failure.NeedPerson, "no seed was stored: %w", err)
}

// readSeed takes a seed as people copy it. What AWS uses is the default of
// otpauth URIs: SHA-1, six digits, 30 seconds.
// https://github.com/google/google-authenticator/wiki/Key-Uri-Format
func readSeed(given credential.Secret) (credential.Secret, error) {
	text := strings.TrimSpace(given.Reveal())
	if strings.HasPrefix(strings.ToLower(text), "otpauth:") {
		u, err := url.Parse(text)
		if err != nil || u.Host != "totp" {
			return credential.Secret{}, failure.New(failure.Usage, "that is not the otpauth:// URI of a TOTP device") // err would quote it
		}
		q := u.Query()
		for _, is := range [][2]string{{"algorithm", "SHA1"}, {"digits", "6"}, {"period", "30"}} {
			if got := q.Get(is[0]); got != "" && !strings.EqualFold(got, is[1]) {
				return credential.Secret{}, failure.New(failure.Usage, "this device does not have %s=%s, as AWS's devices have", is[0], is[1])
			}
		}
		text = q.Get("secret")
	}
	seed := credential.NewSecret(text)
	if _, err := totp.Parse(seed); err != nil {
		return credential.Secret{}, failure.New(failure.Usage, "that is not a seed: a seed is base32 (letters and the digits 2 to 7) or an otpauth:// URI")
	}
	if len(text) < 16 {
		return credential.Secret{}, failure.New(failure.Usage, "that is too short for a seed: a seed of AWS has 64 letters and digits")
	}
	return seed, nil
}
