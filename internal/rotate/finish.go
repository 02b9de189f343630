package rotate

import (
	"context"
	"fmt"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/wait"
)

// CutOff puts a new key in the place of a leaked one, which is deactivated before
// anything is proved. [Rotation.Finish] does the rest.
func (r *Rotation) CutOff(ctx context.Context, next credential.Credentials) error {
	record, err := keystore.ReadRecord(r.broker.Paths.KeystoreFile())
	if err != nil {
		return failure.OfRecord(err)
	}
	if r.Actor.AccessKey.AccessKeyID != next.AccessKeyID || record.Keys[r.Name].AccessKeyID != next.AccessKeyID {
		if err := r.swap(ctx, next, record.Keys[r.Name]); err != nil {
			return err
		}
	}
	// The leaked key itself may be what signs this.
	if err := r.Deactivate(ctx, r.journal.Old); err != nil {
		return err
	}
	return r.adoptKey(next)
}

// Finish makes the key that is stored beside the old one the only one. Every
// step may be done a second time.
func (r *Rotation) Finish(ctx context.Context, next credential.Credentials) error {
	record, err := keystore.ReadRecord(r.broker.Paths.KeystoreFile())
	if err != nil {
		return failure.OfRecord(err)
	}
	// A swap that was cut short may have left a record that names no key.
	if r.Actor.AccessKey.AccessKeyID != next.AccessKeyID || record.Keys[r.Name].AccessKeyID != next.AccessKeyID {
		if err := r.prove(ctx, next); err != nil {
			return err
		}
		r.report.Step("AWS knows the new key")
		if err := r.swap(ctx, next, record.Keys[r.Name]); err != nil {
			return err
		}
	}
	if err := r.swapTwins(ctx, record, next); err != nil {
		return err
	}
	if !r.cut {
		if err := r.adoptKey(next); err != nil {
			return err
		}
		if err := r.Deactivate(ctx, r.journal.Old); err != nil {
			return err
		}
	}
	// The proof is of what the keychain gives, which is what everybody uses.
	stored, err := r.readStored(ctx)
	if err == nil && stored.AccessKeyID != next.AccessKeyID {
		err = failure.New(failure.Other, "another program replaced the key %q at the same time: the new key %s is %s", r.Name, next.AccessKeyID, stored.AccessKeyID)
	}
	if err == nil {
		err = r.prove(ctx, stored)
	}
	if err != nil {
		return err
	}
	if r.Options.KeepOld || r.journal.KeepOld {
		r.report.Step("the new key works without the old one")
	} else {
		if err := r.DeleteKey(ctx, "delete", r.journal.Old); err != nil {
			return err
		}
		r.report.Step("the new key works without the old one, which was deleted")
	}
	return r.removeTraces(ctx)
}

// adoptKey makes the new key the one that acts, here and for other processes.
func (r *Rotation) adoptKey(next credential.Credentials) error {
	if r.Actor.AccessKey.AccessKeyID != next.AccessKeyID {
		r.dropOwnSessions()
	}
	r.Actor.AccessKey = next
	r.Access.UseKey(next)
	return r.refileSessions()
}

// prove that AWS knows a key, whichever of its servers is asked.
func (r *Rotation) prove(ctx context.Context, key credential.Credentials) error {
	clock := r.broker.Clock
	started, told := clock.Now(), clock.Now()
	up := r.patience(r.Waits.Prove)
	up.Say = func() {
		if now := clock.Now(); now.Sub(told) > r.Waits.Progress {
			told = now
			r.report.Step(fmt.Sprintf("waiting until AWS knows it everywhere: %s so far", say.Duration(now.Sub(started))))
		}
	}
	end, err := wait.For(ctx, up, func(ctx context.Context) (done bool, err error) {
		err = r.proveInARow(ctx, key)
		return err == nil || failure.Is(err), err
	})
	switch end {
	case wait.Interrupted:
		return failure.Interrupted("until AWS knows the new key %s", key.AccessKeyID)
	case wait.Over:
		f := failure.New(failure.Unreachable, "AWS still does not know the new key %s after %s; the keychain has both keys", key.AccessKeyID, say.Duration(clock.Now().Sub(started)))
		f.Hint("AWS says: %s", err.Error())
		f.Cause = err
		return f
	}
	return err
}

// proveInARow asks AWS for the key's user as often as it takes to be sure. What
// another try does not mend is a [failure.Error].
func (r *Rotation) proveInARow(ctx context.Context, key credential.Credentials) error {
	for passed := range proofs {
		if passed > 0 && !r.broker.Clock.Pause(ctx, r.Waits.Between) {
			return failure.Interrupted("until AWS knows the new key %s", key.AccessKeyID)
		}
		identity := r.User
		err := r.DoStep("prove", func() (err error) {
			identity, err = r.CallerIdentity(ctx, key)
			return err
		})
		if err != nil {
			r.broker.Debug("proof: %s", err.Error())
			return err
		}
		if identity.ARN != r.User.ARN {
			return failure.New(failure.Other, "the new key %s belongs to %s, not to %s", key.AccessKeyID, identity.ARN, r.User.ARN)
		}
	}
	return nil
}

// swap makes the new key the one that the keychain has under the name. The
// record keeps the id from before: role sessions go on being served with it.
func (r *Rotation) swap(ctx context.Context, next credential.Credentials, info keystore.KeyInfo) error {
	ctx = context.WithoutCancel(ctx)
	stored, err := r.readStored(ctx)
	if err != nil {
		return err
	}
	if stored.AccessKeyID != r.journal.Old && stored.AccessKeyID != next.AccessKeyID {
		return failure.New(failure.Other, "another program replaced the key %q with %s at the same time", r.Name, stored.AccessKeyID)
	}
	info.Rotated, info.Before = time.Now(), r.journal.Old
	err = r.DoStep("swap", func() error { return r.chain.Set(ctx, r.Name, next, info) })
	if err != nil {
		return failure.OfKeystore(err, r.Name)
	}
	r.report.Step(fmt.Sprintf("key %s is now %s", r.Name, next.AccessKeyID))
	return nil
}

// readStored returns the key that the keychain has now.
func (r *Rotation) readStored(ctx context.Context) (credential.Credentials, error) {
	key, err := r.chain.Get(ctx, r.Name)
	if err != nil {
		return key, failure.OfKeystore(err, r.Name)
	}
	return key, nil
}

// dropOwnSessions removes the sessions of the old key itself. Nothing looks for
// them any more, so what goes wrong is no failure.
func (r *Rotation) dropOwnSessions() {
	for _, t := range r.Targets {
		own := t.MFATarget(0) // or the one without MFA: they have the same subject
		if _, err := r.Actor.Cache.ForgetSubject(own.Subject()); err != nil {
			r.broker.Debug("cache: %v", err)
		}
	}
}

// refileSessions files the cached role sessions of known profiles under the new
// key's id, so that callers find them without a code. Sessions of other profiles
// are filed anew when they are next looked up, see [target.Target.Cached].
func (r *Rotation) refileSessions() error {
	for _, t := range r.Targets {
		k := t.Key
		k.AccessKeyID, k.Before = r.Actor.AccessKey.AccessKeyID, r.journal.Old
		t.SetKey(k)
		if t.Profile.RoleARN != "" {
			t.Cached(r.Actor.Cache, time.Now())
		}
	}
	if err := r.DoStep("generation", func() error { return session.NextGeneration(r.broker.Paths) }); err != nil {
		return failure.New(failure.Other, "%w", err)
	}
	return nil
}

// IsCut reports whether AWS is known to refuse the old key: it was refused when
// this run began, or this run deactivated or deleted it.
func (r *Rotation) IsCut() bool { return r.cut }

// Deactivate makes an old key inactive in AWS. A key that is not there is as good.
func (r *Rotation) Deactivate(ctx context.Context, id string) error {
	err := r.DoStep("deactivate", func() error {
		return r.Access.Do(ctx, func(ctx context.Context, c *iam.Client) error {
			return c.SetKeyActive(ctx, r.User.UserName(), id, false)
		})
	})
	if err != nil && !awsapi.Is(err, awsapi.NotThere) {
		return r.IAMFailure(err)
	}
	r.cut = true
	if err == nil {
		r.report.Step(id + " is now inactive")
	}
	return nil
}

// removeTraces removes what a rotation that is done left on this machine.
func (r *Rotation) removeTraces(ctx context.Context) error {
	if err := r.dropPending(ctx, "remove pending"); err != nil {
		return failure.OfKeystore(err, r.Name)
	}
	if err := r.DoStep("remove journal", func() error { return removeJournal(r.broker, r.Name) }); err != nil {
		return failure.New(failure.Other, "%w", err)
	}
	r.begun = false
	return nil
}
