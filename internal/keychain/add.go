// Package keychain puts access keys into the keychain, moves them to another one,
// and takes them out (awsbroker add, keystore and remove).
package keychain

import (
	"context"
	"errors"
	"time"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/fault"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/sts"
)

// AddOptions say where a key comes from and how it is checked.
type AddOptions struct {
	Name    string
	FromEnv bool // AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY instead of the terminal
	Replace bool // an existing key of that name
	Offline bool // do not ask AWS whose key it is

	Expires time.Duration // how long a root key is used; zero is RootLife
}

// Added is a key that went into the keychain.
type Added struct {
	Keystore    keystore.Kind
	AccessKeyID string
	ARN         string // whose it is; empty when AWS was not asked
	Root        bool   // it is the root user's
}

// AddKey puts an access key into the keychain. The name, the keystore and the
// key are checked before anything is stored.
func AddKey(ctx context.Context, b *broker.Broker, o AddOptions) (Added, error) {
	if err := keystore.CheckName(o.Name); err != nil {
		return Added{}, failure.OfKeystore(err, o.Name)
	}
	if err := checkRootLife(o); err != nil {
		return Added{}, err
	}
	ad, err := NewAdder(b, o)
	if err != nil {
		return Added{}, err
	}
	defer ad.Asker.Close()
	if err := ad.checkNameFree(o.Name); err != nil {
		return Added{}, err
	}
	if err := ad.Open(ctx); err != nil {
		return Added{}, err
	}
	key, info, err := ad.keyToAdd(ctx)
	if err != nil {
		return Added{}, err
	}
	if !o.Offline {
		identity, err := b.IdentifyKey(ctx, key, "")
		if err != nil {
			return Added{}, err
		}
		admitted, err := ad.admit(identity, o.Name)
		if err != nil {
			return Added{}, err
		}
		info = rejoin(info, admitted)
	}
	if err := ad.Put(ctx, o.Name, key, info); err != nil {
		return Added{}, err
	}
	added := Added{Keystore: ad.kind, AccessKeyID: key.AccessKeyID, ARN: info.ARN, Root: info.Root()}
	return added, ad.finish(ctx)
}

// Adder puts keys into the keychain, one or several in a run.
type Adder struct {
	Broker  *broker.Broker
	options AddOptions
	Asker   *broker.Asker
	record  keystore.Record // as it was at first, and what was added since
	Store   *keystore.Store // once it is open
	kind    keystore.Kind
}

// NewAdder returns an adder that has opened no keychain yet.
func NewAdder(b *broker.Broker, o AddOptions) (*Adder, error) {
	if err := b.CheckHome(); err != nil {
		return nil, err
	}
	record, err := keystore.ReadRecord(b.Paths.KeystoreFile())
	if err != nil {
		return nil, failure.OfRecord(err)
	}
	asker := b.NewAsker(nil)
	asker.Names = []string{o.Name}
	return &Adder{Broker: b, options: o, Asker: asker, record: record}, nil
}

// checkNameFree fails if the keychain has a key of that name and it is not to be
// replaced.
func (ad *Adder) checkNameFree(name string) error {
	if _, exists := ad.record.Keys[name]; exists && !ad.options.Replace {
		return failure.New(failure.Other, "there is already a key %q", name).
			Hint("choose another name, or replace it with: awsbroker add %s --replace", say.ShellWord(name))
	}
	return nil
}

// Open chooses the keystore and opens it. If it is the first, the person is told.
func (ad *Adder) Open(ctx context.Context) error {
	options := ad.Broker.KeystoreOptions(ad.Asker)
	options.Name, options.Replace = ad.options.Name, ad.options.Replace
	options.PassedOver = func(kind keystore.Kind, why error) {
		text := say.Sprintf("skipped %s: %s", kind.Words(), why)
		if advised := (*fault.Advised)(nil); errors.As(why, &advised) {
			text += "; " + say.Clean(advised.Hint)
		}
		ad.Broker.Report.Step(text)
	}
	var err error
	if ad.Store, ad.kind, err = keystore.Choose(ctx, options); err == nil {
		err = ad.Store.Reach(ctx)
	}
	if err != nil {
		return ad.failed(err, ad.options.Name)
	}
	if names, _ := ad.Store.Names(ctx); len(ad.record.Keys) == 0 && len(names) > 0 {
		ad.Broker.Report.Step(ad.kind.Words() + " already has keys, so awsbroker uses it (for another one add --keystore)")
	} else if ad.record.Keystore == "" {
		ad.Broker.Report.Step("this is the first key; awsbroker will store all keys in " + ad.kind.Words() + " (for another one add --keystore)")
	}
	return nil
}

// Put stores a key under a name, reads it back and compares it. If that is in another
// keystore than before, the person is told. info is what the
// record is to know of the key.
func (ad *Adder) Put(ctx context.Context, name string, key credential.Credentials, info keystore.KeyInfo) error {
	err := ad.Asker.Retry(func() error { return ad.Store.Set(ctx, name, key, info) })
	if err != nil {
		return ad.failed(err, name)
	}
	if ad.record.Keys == nil {
		ad.record.Keys = map[string]keystore.KeyInfo{}
	}
	if ad.record.Keystore != "" && ad.record.Keystore != ad.kind {
		ad.Broker.Report.Step("awsbroker now stores keys in " + ad.kind.Words())
		ad.record.Keystore = ad.kind
	}
	info.AccessKeyID = key.AccessKeyID
	ad.record.Keys[name] = info
	return nil
}

// failed says what the keychain objected to. Where no key is in it yet, another one
// will do.
func (ad *Adder) failed(err error, name string) error {
	if len(ad.record.Keys) > 0 || ad.kind == keystore.File {
		return failure.OfKeystore(err, name)
	}
	return failure.OfFirstKeystore(err, name)
}

// finish removes what replaced keys left in other keystores, and makes remembered
// calls be worked out anew.
func (ad *Adder) finish(ctx context.Context) error {
	removeReplaced(ctx, ad.Broker, ad.Asker)
	return session.NextGeneration(ad.Broker.Paths)
}

// admit returns what the record is to know of a key that identity is the owner
// of, and warns of what is unusual about that. name is that of the key.
func (ad *Adder) admit(identity sts.Identity, name string) (keystore.KeyInfo, error) {
	ad.Asker.Names = append(ad.Asker.Names, identity.UserName(), identity.Account)
	before := ad.record.Keys[name].ARN
	if before != "" && before != identity.ARN {
		ad.Broker.Warn("the old key belonged to %s, the new one belongs to %s", before, identity.ARN)
	}
	switch {
	case identity.IsRoot():
		return rootAdmitted(ad.Broker, identity.ARN, ad.options.Expires, time.Now()), nil
	case ad.options.Expires != 0:
		return keystore.KeyInfo{}, failure.New(failure.Usage, "--expires is for root keys, but this key belongs to %s", identity.ARN)
	}
	return keystore.KeyInfo{ARN: identity.ARN}, nil
}
