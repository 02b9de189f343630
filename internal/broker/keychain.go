package broker

import (
	"context"
	"encoding/base64"
	"errors"

	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/passphrase"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/session"
)

// KeystoreOptions returns the options for opening the keystore, whose passphrase a
// asks for.
func (b *Broker) KeystoreOptions(a *Asker) keystore.Options {
	return keystore.Options{
		RecordPath: b.Paths.KeystoreFile(),
		FileDir:    b.Paths.KeystoreDir(),
		Kind:       b.Keystore,
		Passphrase: a.passphrase,
		Memory:     b.memory(),
		Environ:    prompt.ChildEnviron(b.Environ),
	}
}

// OpenKeychain opens the keystore on the first call and returns the same one
// afterwards, so that a passphrase typed once serves the whole run. If the keystore
// needs the passphrase later, it asks through a.
func (b *Broker) OpenKeychain(ctx context.Context, a *Asker) (*keystore.Store, error) {
	b.asking = a
	if b.store != nil {
		return b.store, nil
	}
	o := b.KeystoreOptions(a)
	o.Passphrase = func(ctx context.Context, p keystore.PassphraseRequest) (credential.Secret, error) {
		return b.asking.passphrase(ctx, p)
	}
	var err error
	b.store, err = keystore.Open(ctx, o)
	return b.store, err
}

// LookAtKey reports whether a call for a profile could read a key from here, as far as
// that can be seen without opening it and without asking anybody; nil stands for no
// profile. The error is one of package keystore: ErrNotFound, ErrAsks where a person
// would be asked and can be, and what a call would fail with.
func (b *Broker) LookAtKey(ctx context.Context, record keystore.Record, name string, p *config.Profile) error {
	o := b.KeystoreOptions(b.NewAsker(p))
	o.Passphrase = func(ctx context.Context, _ keystore.PassphraseRequest) (credential.Secret, error) {
		s, ok, err := passphrase.FromEnv()
		if !ok && err == nil {
			if !b.canAskPerson(ctx, p) {
				return s, prompt.ErrNoTerminal
			}
			err = keystore.ErrAsks
		}
		return s, err
	}
	if _, listed := record.Keys[name]; !listed && (o.Kind == "" || o.Kind == record.Keystore) {
		return keystore.ErrNotFound
	}
	store, err := keystore.Open(ctx, o)
	if err != nil {
		return err
	}
	return store.Look(ctx, name)
}

// SessionDir returns the directory of this run's sessions and locks; empty if there is
// no place for them.
func (b *Broker) SessionDir() string {
	if !b.looked {
		b.looked = true
		dir, err := session.FindDir(b.Paths.Cache, true)
		if err != nil {
			b.Debug("cache: %v", err)
		}
		b.dir = dir
	}
	return b.dir
}

// OpenCache opens the person's cached sessions on the first call and returns the
// same cache afterwards. It returns nil if the cache cannot be opened, which costs
// questions and no answers.
func (b *Broker) OpenCache(ctx context.Context) *session.Cache {
	dir := b.SessionDir()
	if b.opened || dir == "" {
		return b.sessions
	}
	b.opened = true
	cache, err := b.OpenCacheIn(ctx, dir)
	if err != nil {
		b.Debug("cache: %v", err)
		return nil
	}
	b.sessions = cache
	place := "the system"
	if !session.InSystem(dir) {
		place = "the keychain, because the system keeps none"
	}
	b.Debug("cache: %s, its key with %s", dir, place)
	return cache
}

// OpenCacheIn opens the sessions in one directory.
func (b *Broker) OpenCacheIn(ctx context.Context, dir string) (*session.Cache, error) {
	a := b.NewAsker(nil)
	defer a.Close()
	key := b.sealing
	if key == nil {
		var err error
		if key, err = session.Key(ctx, dir, &vault{b, a}); err != nil {
			return nil, err
		}
	}
	if !session.InSystem(dir) {
		b.sealing = key
	}
	return session.New(dir, key)
}

// SealingKey returns the key that seals cached sessions, if the keychain keeps it
// and this run has read it; else nil. A later run that gets the key by
// [Broker.Unseal] does not ask for the keychain's passphrase again.
func (b *Broker) SealingKey() []byte { return b.sealing }

// InFile reports whether the keystore that this run has opened is the encrypted
// file, which wants a passphrase.
func (b *Broker) InFile() bool { return b.store != nil && b.store.Kind() == keystore.File }

// Unseal gives a run the [Broker.SealingKey] of another run.
func (b *Broker) Unseal(key []byte) { b.sealing = key }

// vault is the keychain as the place where the sealing key is kept.
type vault struct {
	broker *Broker
	asker  *Asker
}

func (v *vault) Get(ctx context.Context) ([]byte, error) {
	store, err := v.broker.OpenKeychain(ctx, v.asker)
	if err != nil {
		return nil, err
	}
	var item credential.Secret
	err = v.asker.Retry(func() error {
		item, err = store.GetItem(ctx, keystore.SealingItem)
		return err
	})
	if errors.Is(err, keystore.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(item.Reveal())
}

func (v *vault) Set(ctx context.Context, key []byte) error {
	store, err := v.broker.OpenKeychain(ctx, v.asker)
	if err != nil {
		return err
	}
	return v.asker.Retry(func() error {
		return store.SetItem(ctx, keystore.SealingItem, credential.NewSecret(base64.StdEncoding.EncodeToString(key)))
	})
}

func (v *vault) Remove(ctx context.Context) error {
	store, err := v.broker.OpenKeychain(ctx, v.asker)
	if err != nil {
		return err
	}
	err = store.RemoveItem(ctx, keystore.SealingItem)
	if errors.Is(err, keystore.ErrNotFound) {
		return nil
	}
	return err
}
