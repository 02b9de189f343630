package keychain

import (
	"cmp"
	"context"
	"errors"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/say"
)

// unlisted is a key that the keychain has and the record does not, since the record
// was lost or is another machine's.
type unlisted struct {
	key  credential.Credentials
	info keystore.KeyInfo // what the record knew of it
}

// keyToAdd returns the key that goes into the record: one that the keychain has
// already, which a person says yes to, else the one that they give. What the record
// knew of the former is returned, too.
func (ad *Adder) keyToAdd(ctx context.Context) (key credential.Credentials, info keystore.KeyInfo, err error) {
	found, err := ad.findUnlisted(ctx, ad.options.Name)
	if err != nil {
		return key, info, err
	}
	if found == nil || ad.options.FromEnv {
		key, err = readKey(ctx, ad.Asker, ad.options)
	} else {
		key, err = found.key, ad.confirmBack(ctx, found)
	}
	if err != nil || found == nil {
		return key, info, err
	}
	if key != found.key {
		return key, info, failure.KeyUnlisted(ad.options.Name)
	}
	return key, found.info, nil
}

// findUnlisted looks for a key of that name in the keychain which the record does not
// know of, unless it is to be replaced; nil if there is none.
func (ad *Adder) findUnlisted(ctx context.Context, name string) (*unlisted, error) {
	if _, listed := ad.record.Keys[name]; listed || ad.options.Replace {
		return nil, nil
	}
	if errors.Is(ad.Store.Has(ctx, name), keystore.ErrNotFound) {
		return nil, nil
	}
	found := &unlisted{}
	err := ad.Asker.Retry(func() (err error) {
		found.key, found.info, err = ad.Store.GetWithInfo(ctx, name)
		return err
	})
	switch {
	case errors.Is(err, keystore.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, failure.OfKeystore(err, name)
	}
	return found, nil
}

func (ad *Adder) confirmBack(ctx context.Context, found *unlisted) error {
	name := ad.options.Name
	text := say.Sprintf("%s already has a key %q (%s%s), of which awsbroker has no record.",
		ad.kind.Words(), name, found.info.ShownID(), whose(found.info.ARN))
	err := ad.Broker.Confirm(ctx, text, "Use it again?")
	return failure.WithHint(err, "to replace it with another key: awsbroker add %s --replace", say.ShellWord(name))
}

// RefuseUnlisted fails if the keychain has a key of that name which the record does
// not know of.
func (ad *Adder) RefuseUnlisted(ctx context.Context, name string) error {
	if _, listed := ad.record.Keys[name]; !listed && ad.Store.Has(ctx, name) == nil {
		return failure.KeyUnlisted(name)
	}
	return nil
}

// rejoin returns what the record is to know of a key that it once knew as before.
// A root key's time does not begin anew.
func rejoin(before, now keystore.KeyInfo) keystore.KeyInfo {
	now.Added, now.Rotated, now.Before = before.Added, before.Rotated, before.Before
	now.ARN = cmp.Or(now.ARN, before.ARN)
	if !before.Expires.IsZero() {
		now.Expires = before.Expires
	}
	return now
}
