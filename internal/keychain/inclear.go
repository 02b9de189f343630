package keychain

import (
	"context"
	"slices"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/keystore"
)

// InClear are the long-lived access keys that the config files have in clear, for who
// edits the files and takes the keys out of them in one step.
type InClear struct {
	importer *importer
	found    []*candidate
	ready    []*candidate
}

// FindInClear finds the keys, and whose they are. Nothing is stored. The caller has to
// close what is returned.
func FindInClear(ctx context.Context, b *broker.Broker, cfg *config.Config, o AddOptions) (*InClear, error) {
	ad, err := NewAdder(b, o)
	if err != nil {
		return nil, err
	}
	source := &profileSource{run: b, adder: ad}
	k := &InClear{importer: &importer{run: b, adder: ad, from: ImportOptions{AddOptions: o, Source: FromProfiles}, source: source}}
	if k.found, err = source.keysIn(cfg); err != nil || len(k.found) == 0 {
		return k, err
	}
	source.nameKeys(cfg, k.found)
	k.ready, err = k.importer.examineAll(ctx, k.found)
	return k, err
}

// Close gives back the terminal, if something was asked there.
func (k *InClear) Close() { k.importer.adder.Asker.Close() }

// Names are the names that the keys get in the keychain.
func (k *InClear) Names() (names []string) {
	for _, c := range k.ready {
		names = append(names, c.name)
	}
	return names
}

// Lines are the lines that the keys stand in.
func (k *InClear) Lines() (lines []config.ClearKey) {
	for _, c := range k.ready {
		lines = append(lines, c.clear...)
	}
	return lines
}

// Of returns the name of the key that a profile has in clear.
func (k *InClear) Of(profile string) (name string, ok bool) {
	for _, c := range k.ready {
		if slices.Contains(profilesOf(c.clear), profile) {
			return c.name, true
		}
	}
	return "", false
}

// Leave has the key of a name stay in clear, for the reason that [InClear.Fault] then gives.
func (k *InClear) Leave(name string, why error) {
	k.ready = slices.DeleteFunc(k.ready, func(c *candidate) bool {
		if c.name == name {
			c.fault = why
		}
		return c.fault != nil
	})
}

// Fault is why the key of a profile cannot go into the keychain, or nil.
func (k *InClear) Fault(profile string) error {
	for _, c := range k.found {
		if c.fault != nil && (slices.Contains(profilesOf(c.clear), profile) || c.where == "profile "+profile) {
			return c.fault
		}
	}
	return nil
}

// Key returns the key of a name, and what the record will know of it.
func (k *InClear) Key(name string) (key credential.Credentials, info keystore.KeyInfo) {
	for _, c := range k.ready {
		if c.name == name {
			info := c.info
			info.AccessKeyID = c.key.AccessKeyID
			return c.key, info
		}
	}
	return key, info
}

// String tells, for a question, which keys go where.
func (k *InClear) String() string {
	it := "it"
	if len(k.ready) > 1 {
		it = "them"
	}
	return listKeys(k.ready) + "\nThis will move " + it + " into " + k.importer.adder.kind.Words() + " and change these files:"
}

// Hide returns text without the secrets of the keys.
func (k *InClear) Hide(text string) string { return hideSecrets(text, k.ready) }

// Store puts the keys into the keychain. A call that was cut short is finished by the
// next one. The lines of the files stay, for the caller to remove.
func (k *InClear) Store(ctx context.Context) error {
	for _, c := range k.ready {
		if err := k.importer.storeOne(ctx, c); err != nil {
			return err
		}
	}
	return k.importer.adder.finish(ctx)
}

// RemoveLeftovers removes copies of the files that still have one of the keys, once the
// files themselves have none.
func (k *InClear) RemoveLeftovers() error {
	for _, path := range filesOf(k.ready) {
		if err := removeLeftovers(path, k.ready); err != nil {
			return err
		}
	}
	return nil
}
