package broker

import (
	"context"
	"slices"
	"time"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/session"
)

// Actor is a key of the keychain that acts in AWS, the profile through which
// it does, and whom it asks for what it needs.
type Actor struct {
	*Broker
	*Target
	key       credential.Credentials // empty until openKey has read it
	cache     *session.Cache         // nil: sessions are not kept
	asker     *asker
	newDevice bool // the MFA device was enabled just now: AWS is given time to hear of it
}

// newActor returns an actor for a target, whose key is not open yet. It looks
// for sessions nowhere, unless it is given a cache.
func (b *Broker) newActor(t *Target) *Actor {
	return &Actor{Broker: b, Target: t, asker: b.newAsker()}
}

// through returns the actor as it acts through another target: with the same
// key, and asking the same person.
func (a *Actor) through(t *Target) *Actor {
	other := *a
	other.Target = t
	return &other
}

// close gives back the terminal, if something was asked there.
func (a *Actor) close() { a.asker.close() }

// openKey reads the profile's key from the keychain. Where the record was
// wrong about which key that is, the target follows the keychain.
func (a *Actor) openKey(ctx context.Context) error {
	name := a.Profile.KeyName
	a.waysOf(a.Profile)
	started := time.Now()
	store, err := a.keychain(ctx, a.asker)
	if err != nil {
		return keystoreFailure(err, name)
	}
	err = a.asker.retry(func() error {
		a.key, err = store.Get(ctx, name)
		return err
	})
	a.debug("keychain: %s answered in %s", store.Kind(), time.Since(started).Round(time.Millisecond))
	if err != nil {
		return keystoreFailure(err, name)
	}
	if a.Key.AccessKeyID != a.key.AccessKeyID { // whose this one is, the record does not know
		now := a.Key
		now.AccessKeyID, now.ARN = a.key.AccessKeyID, ""
		a.rekey(now)
	}
	return nil
}

// spent reports whether a code of the target's device was sent to AWS already:
// by any process lately, or, where nothing can be noted for others, by this one.
func (a *Actor) spent(code credential.Secret) bool {
	return slices.Contains(a.sent, code) || a.cache.CodeUsed(a.Profile.MFASerial, code.Reveal(), time.Now())
}
