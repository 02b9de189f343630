package broker

import (
	"cmp"
	"context"
	"errors"
	"fmt"

	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/session"
)

// Remove takes a key out of the keychain, after asking.
func (b *Broker) Remove(ctx context.Context, name string) error {
	a := &asker{Broker: b}
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

// confirm turns a refusal into a failure of ours.
func (b *Broker) confirm(ctx context.Context, text, question string) error {
	err := b.Report.Confirm(ctx, text, question)
	if errors.Is(err, prompt.ErrNoTerminal) {
		return failed(NeedPerson, "there is no terminal to ask at").hint("say yes beforehand with --yes")
	}
	if err != nil {
		return failed(NeedPerson, "%w", err)
	}
	return nil
}

// Logout forgets the sessions of a profile: wherever they rest, in whatever
// region or through whatever endpoint they were asked for, and those from which
// new ones could be had without a code.
func (b *Broker) Logout(ctx context.Context, profile string) error {
	t, err := b.Target(profile)
	if err != nil {
		return err
	}
	for _, dir := range session.Dirs(b.Paths.Cache) {
		cache, err := b.openCacheIn(ctx, dir)
		if err != nil {
			return failed(Other, "the sessions in %s could not be opened: %w", prompt.Clean(dir), err)
		}
		if err = t.forgetAll(cache); err != nil {
			return failed(Other, "the session could not be removed: %w", err)
		}
	}
	return session.NextGeneration(b.Paths)
}

// LogoutAll forgets every session, also those of profiles that are gone: their
// key goes first, so that what is left of the files opens for nobody.
func (b *Broker) LogoutAll(ctx context.Context) error {
	for _, dir := range session.Dirs(b.Paths.Cache) {
		a := &asker{Broker: b}
		err := session.DropKey(ctx, dir, &vault{b, a})
		a.close()
		session.Clear(dir)
		if err != nil && !errors.Is(err, keystore.ErrNoKeystore) {
			return keystoreFailure(err, "")
		}
	}
	return session.NextGeneration(b.Paths)
}
