package uninstall

import (
	"context"
	"errors"
	"os"
	"slices"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/gitpassword"
	"github.com/awsbroker/awsbroker/internal/keys"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/say"
)

// deleteInAWS deletes keys in AWS, and with that in the keychain.
func (l *leaving) deleteInAWS(ctx context.Context) error {
	for _, k := range l.plan.Keys {
		if k.Fate != Delete {
			continue
		}
		id := k.ID
		if id == "" { // a replacement of the key was cut short
			key, err := l.store.Get(ctx, k.Name)
			if err != nil {
				return failure.OfKeystore(err, k.Name)
			}
			id = key.AccessKeyID
		}
		err := keys.Apply(ctx, l.run, keys.Delete, []string{id}, keys.Options{Key: k.Name, Force: true, Agreed: true})
		if awsapi.Is(err, awsapi.UnknownKey) { // deleted by an earlier run, or elsewhere, or inactive
			return failure.WithHint(err, "to remove it from this machine only: awsbroker uninstall --keys forget")
		}
		if err != nil {
			return failure.WithHint(err, "to keep the key in AWS: awsbroker uninstall --keys credentials")
		}
	}
	return nil
}

// forgetSessions drops sessions, remembered answers and consents, and the passphrase.
// In AWS a session lasts until its end.
func (l *leaving) forgetSessions(ctx context.Context) error {
	if err := l.run.LogoutAll(ctx); err != nil {
		return err
	}
	l.run.Report.Step("all cached sessions were deleted")
	return nil
}

// emptyKeychain removes what the keychain has of awsbroker's. Keys go last: with the last
// one, the record would not say any more which keychain it is.
func (l *leaving) emptyKeychain(ctx context.Context) error {
	if l.store == nil {
		return nil
	}
	if err := l.store.RemoveItem(ctx, keystore.SealingItem); err != nil && !errors.Is(err, keystore.ErrNotFound) {
		return failure.OfKeystore(err, "")
	}
	for _, device := range l.plan.Devices {
		if err := l.store.RemoveSeed(ctx, device); err != nil && !errors.Is(err, keystore.ErrNotFound) {
			return failure.OfKeystore(err, "")
		}
		l.run.Report.Step(say.Sprintf("the seed of %s was removed from %s", device, l.plan.Keychain))
	}
	now, err := keystore.ReadRecord(l.run.Paths.KeystoreFile()) // without those that were deleted in AWS
	if err != nil {
		return failure.OfRecord(err)
	}
	for _, name := range now.Names() {
		if !slices.ContainsFunc(l.plan.Keys, func(k Key) bool { return k.Name == name }) {
			return failure.New(failure.Other, "the key %q was added after you answered", name)
		}
		if err := gitpassword.Forget(ctx, l.store, name); err != nil {
			return failure.OfKeystore(err, name)
		}
		if err := l.store.Remove(ctx, name); err != nil {
			return failure.OfKeystore(err, name)
		}
		l.run.Report.Step(say.Sprintf("the key %q was removed from %s", name, l.plan.Keychain))
	}
	return nil
}

// removeFiles removes the directories of awsbroker's own; that with the record comes last.
func (l *leaving) removeFiles(context.Context) error {
	for _, path := range l.plan.Files {
		if err := os.RemoveAll(path); err != nil {
			return failure.New(failure.Other, "%w", err)
		}
		l.run.Report.Step(say.Sprintf("%s was removed", path))
	}
	return nil
}
