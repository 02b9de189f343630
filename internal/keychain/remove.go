package keychain

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/gitpassword"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/rotate"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
)

// openHolder opens the keystore that has the key called name, also if the record does
// not know of it.
func openHolder(ctx context.Context, o keystore.Options, record keystore.Record, name string) (*keystore.Store, error) {
	if _, listed := record.Keys[name]; listed {
		return keystore.Open(ctx, o)
	}
	o.Name = name
	store, _, err := keystore.Choose(ctx, o)
	if err == nil {
		err = store.Has(ctx, name)
	}
	return store, err
}

// RemoveKey takes a key out of the keychain, after asking.
func RemoveKey(ctx context.Context, b *broker.Broker, name string) error {
	a := b.NewAsker(nil)
	defer a.Close()
	record, err := keystore.ReadRecord(b.Paths.KeystoreFile())
	if err != nil {
		return failure.OfRecord(err)
	}
	info := record.Keys[name]
	store, err := openHolder(ctx, b.KeystoreOptions(a), record, name)
	if errors.Is(err, keystore.ErrNotFound) || errors.Is(err, keystore.ErrNoKeystore) {
		return failure.NoSuchKey(name, record.Names())
	}
	if err != nil {
		return failure.OfKeystore(err, name)
	}
	text := fmt.Sprintf("This will remove the key %q (%s) from %s.\nThere is no other copy of its secret on this machine.\n"+
		"The key will keep working in AWS until you delete it there.", name, cmp.Or(info.ShownID(), "id unknown"), store.Kind().Words())
	if info.AccessKeyID != "" {
		text += " To delete it in both places:\n    " + say.DeleteKey(info.AccessKeyID)
	}
	unfinished, err := rotate.DescribeUnfinished(b, name)
	if err != nil {
		return err
	}
	if using := findUsers(b, name); len(using) > 0 {
		text += say.Sprintf("\nWithout it, %s will not work: %s", map[bool]string{true: "a profile", false: "profiles"}[len(using) == 1], strings.Join(using, ", "))
	}
	if err := b.Confirm(ctx, text+unfinished, "Remove it?"); err != nil {
		return err
	}
	if err := Forget(ctx, store, name); err != nil {
		return failure.OfKeystore(err, name)
	}
	if unfinished != "" {
		if err := rotate.Abandon(ctx, b, store, name); err != nil {
			return err
		}
	}
	return session.NextGeneration(b.Paths)
}

// Forget removes a key from the keychain, and the Git passwords beside it. Errors are
// those of package keystore: ErrNotFound if there is no such key.
func Forget(ctx context.Context, store *keystore.Store, name string) error {
	if err := store.Remove(ctx, name); err != nil {
		return err
	}
	return gitpassword.Forget(ctx, store, name)
}

// findUsers returns the profiles that awsbroker serves with a key. A config file that
// cannot be read has none.
func findUsers(b *broker.Broker, key string) (profiles []string) {
	cfg, err := b.ReadConfig()
	if err != nil {
		b.Debug("profiles: %v", err)
		return nil
	}
	for _, name := range cfg.Ours() {
		if p, err := cfg.Resolve(name); err == nil && p.KeyName == key {
			profiles = append(profiles, name)
		}
	}
	return profiles
}
