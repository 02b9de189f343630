package broker

import (
	"context"
	"slices"
	"time"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/target"
)

// Actor is a key of the keychain that acts in AWS, the profile through which
// it does, and whom it asks for what it needs.
type Actor struct {
	Broker    *Broker
	Target    *target.Target
	AccessKey credential.Credentials // empty until OpenKey has read it
	Cache     *session.Cache         // nil: sessions are neither found nor kept
	Asker     *Asker
	CallLimit time.Duration // how long one request to AWS may take
	NewDevice bool          // the MFA device was enabled just now: AWS is given time to hear of it
}

// usualCallLimit is enough for the SDK to try a request several times.
const usualCallLimit = 45 * time.Second

// NewActor returns an actor for a target, whose key is not open yet. The actor
// finds and keeps sessions in c, or nowhere if c is nil, and asks a person in the
// ways of the profile that the key itself gets a session for.
func (b *Broker) NewActor(t *target.Target, c *session.Cache) *Actor {
	return &Actor{Broker: b, Target: t, Cache: c, Asker: b.NewAsker(t.First().Profile), CallLimit: usualCallLimit}
}

// Through returns a copy of the actor that acts through another target, with the
// same key and the same asker.
func (a *Actor) Through(t *target.Target) *Actor {
	other := *a
	other.Target = t
	return &other
}

// Close gives back the terminal, if something was asked there.
func (a *Actor) Close() { a.Asker.Close() }

// Confirm is [Asker.Confirm] of the actor's asker.
func (a *Actor) Confirm(ctx context.Context, text, question string) error {
	return a.Asker.Confirm(ctx, text, question)
}

// OpenKey reads the profile's key from the keychain. If the keychain has another key
// of that name than the record says, the target gets the keychain's.
func (a *Actor) OpenKey(ctx context.Context) error {
	name := a.Target.Profile.KeyName
	started := time.Now()
	store, err := a.Broker.OpenKeychain(ctx, a.Asker)
	if err != nil {
		return a.Broker.ofMissingKey(failure.OfKeystore(err, name), name)
	}
	err = a.Asker.Retry(func() error {
		a.AccessKey, err = store.Get(ctx, name)
		return err
	})
	a.Broker.Debug("keychain: %s answered in %s", store.Kind(), time.Since(started).Round(time.Millisecond))
	switch {
	case err != nil && !a.Target.Key.Added.IsZero():
		return failure.OfKeyOnRecord(err, name)
	case err != nil:
		return a.Broker.ofMissingKey(failure.OfKeystore(err, name), name)
	}
	if a.Target.Key.AccessKeyID != a.AccessKey.AccessKeyID { // whose this one is, the record does not know
		now := a.Target.Key
		now.AccessKeyID, now.ARN = a.AccessKey.AccessKeyID, ""
		a.Target.SetKey(now)
	}
	return nil
}

// isSpent reports whether a code of the target's device was sent to AWS already:
// by any process lately, or, where nothing can be noted for others, by this one.
func (a *Actor) isSpent(code credential.Secret) bool {
	return slices.Contains(a.Broker.sent, code) || a.Cache.CodeUsed(a.Target.Profile.MFASerial, code.Reveal(), time.Now())
}
