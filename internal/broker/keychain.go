package broker

import (
	"context"
	"encoding/base64"
	"errors"
	"time"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/session"
)

func (b *Broker) keystoreOptions(a *asker) keystore.Options {
	return keystore.Options{
		RecordPath: b.Paths.KeystoreFile(),
		FileDir:    b.Paths.KeystoreDir(),
		Kind:       b.Keystore,
		Passphrase: a.passphrase,
	}
}

// openKey reads the profile's key from the keychain. Where the record was
// wrong about which key that is, the target follows the keychain.
func (r *request) openKey(ctx context.Context) error {
	name := r.Profile.KeyName
	started := time.Now()
	store, err := keystore.Open(ctx, r.keystoreOptions(&r.asker))
	if err != nil {
		return keystoreFailure(err, name)
	}
	for try := 1; ; try++ {
		r.key, err = store.Get(ctx, name)
		again := errors.Is(err, keystore.ErrPassphrase) && r.asker.terminal != nil && try < tries
		if !again {
			break
		}
		r.asker.terminal.Print("that is not the passphrase\n")
	}
	r.debug("keychain: %s answered in %s", store.Kind(), time.Since(started).Round(time.Millisecond))
	if err != nil {
		r.asked = r.asked || r.asker.terminal != nil || errors.Is(err, keystore.ErrDismissed)
		return keystoreFailure(err, name)
	}
	r.Key.AccessKeyID = r.key.AccessKeyID
	return nil
}

// sealingItem is the keychain's item with the key that seals cached sessions,
// where the kernel keeps none.
const sealingItem = "session-sealing-key"

// cache opens the person's cached sessions. What goes wrong with it costs
// questions, not answers: the cache is nil then, and the directory is empty
// where there is none for locks either.
func (b *Broker) cache(ctx context.Context) (*session.Cache, string) {
	if b.opened {
		return b.sessions, b.dir
	}
	b.opened = true
	dir, err := session.FindDir(b.Paths.Cache, true)
	if err != nil {
		b.debug("cache: %v", err)
		return nil, ""
	}
	b.dir = dir
	a := &asker{Broker: b, dir: dir}
	defer a.close()
	key, err := session.Key(ctx, dir, &vault{b, a})
	if err != nil {
		b.debug("cache: %v", err)
		return nil, dir
	}
	if b.sessions, err = session.New(dir, key); err != nil {
		b.debug("cache: %v", err)
	}
	return b.sessions, dir
}

// vault is the keychain as the place of the sealing key.
type vault struct {
	*Broker
	asker *asker
}

func (v *vault) Get(ctx context.Context) ([]byte, error) {
	store, err := keystore.Open(ctx, v.keystoreOptions(v.asker))
	if err != nil {
		return nil, err
	}
	item, err := store.GetItem(ctx, sealingItem)
	if errors.Is(err, keystore.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(item.Reveal())
}

func (v *vault) Set(ctx context.Context, key []byte) error {
	store, err := keystore.Open(ctx, v.keystoreOptions(v.asker))
	if err != nil {
		return err
	}
	return store.SetItem(ctx, sealingItem, credential.NewSecret(base64.StdEncoding.EncodeToString(key)))
}

func (v *vault) Remove(ctx context.Context) error {
	store, err := keystore.Open(ctx, v.keystoreOptions(v.asker))
	if err != nil {
		return err
	}
	err = store.RemoveItem(ctx, sealingItem)
	if errors.Is(err, keystore.ErrNotFound) {
		return nil
	}
	return err
}
