package broker

import (
	"context"
	"errors"

	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/session"
)

// Logout forgets the sessions of a profile: wherever they rest, in whatever
// region or through whatever endpoint they were asked for, and those from which
// new ones could be had without a code.
func (b *Broker) Logout(ctx context.Context, profile string) error {
	t, err := b.Target(profile)
	if err != nil {
		return err
	}
	for _, dir := range session.Dirs(b.Paths.Cache) {
		cache, err := b.OpenCacheIn(ctx, dir)
		if err != nil {
			return failure.New(failure.Other, "the sessions in %s could not be opened: %w", dir, err)
		}
		if err = t.ForgetSessions(cache); err != nil {
			return failure.New(failure.Other, "the session could not be removed: %w", err)
		}
		if err = cache.ForgetPermits(profile); err != nil {
			return failure.New(failure.Other, "the answers about agents could not be deleted: %w", err)
		}
	}
	return session.NextGeneration(b.Paths)
}

// LogoutAll forgets every session, also those of profiles that are gone: their
// key goes first, so that what is left of the files opens for nobody. The passphrase
// of the encrypted file goes, too.
func (b *Broker) LogoutAll(ctx context.Context) error {
	forgotten := b.ForgetPassphrase()
	for _, dir := range session.Dirs(b.Paths.Cache) {
		a := b.NewAsker(nil)
		err := session.DropKey(ctx, dir, &vault{b, a})
		a.Close()
		session.Clear(dir)
		if err != nil && !errors.Is(err, keystore.ErrNoKeystore) {
			return failure.OfKeystore(err, "")
		}
	}
	return errors.Join(forgotten, session.NextGeneration(b.Paths))
}
