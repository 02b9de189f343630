package broker

import (
	"cmp"
	"context"
	"fmt"

	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/session"
)

// Remove takes a key out of the keychain, after asking.
func (b *Broker) Remove(ctx context.Context, name string) error {
	a := b.newAsker()
	defer a.close()
	record, err := keystore.ReadRecord(b.Paths.KeystoreFile())
	if err != nil {
		return recordFailure(err)
	}
	info, listed := record.Keys[name]
	if !listed {
		return keystoreFailure(keystore.ErrNotFound, name)
	}
	store, err := keystore.Open(ctx, b.keystoreOptions(a))
	if err != nil {
		return keystoreFailure(err, name)
	}
	text := fmt.Sprintf("the key %q (%s) goes out of %s\nnothing else here has its secret\n"+
		"in AWS it goes on working until it is deleted there; to delete it in both places:\n    %s",
		name, cmp.Or(info.AccessKeyID, "id unknown"), store.Kind().Words(), deleteCommand(info.AccessKeyID))
	unfinished, err := b.unfinishedRotation(name)
	if err != nil {
		return err
	}
	if err := b.confirm(ctx, text+unfinished, "remove it?"); err != nil {
		return err
	}
	if err := store.Remove(ctx, name); err != nil {
		return keystoreFailure(err, name)
	}
	if unfinished != "" {
		if err := b.abandonRotation(ctx, store, name); err != nil {
			return err
		}
	}
	return session.NextGeneration(b.Paths)
}
