package broker

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/session"
)

// finish makes the key that is stored beside the old one the only one. Every
// step may be done a second time.
func (r *rotation) finish(ctx context.Context, next credential.Credentials) error {
	record, err := keystore.ReadRecord(r.Paths.KeystoreFile())
	if err != nil {
		return recordFailure(err)
	}
	// A swap that was cut short may have left a record that names no key.
	if r.key.AccessKeyID != next.AccessKeyID || record.Keys[r.name].AccessKeyID != next.AccessKeyID {
		if err := r.prove(ctx, next); err != nil {
			return err
		}
		r.Report.Step("AWS knows the new key")
		if err := r.swap(ctx, next, record.Keys[r.name]); err != nil {
			return err
		}
		r.dropOwnSessions()
	}
	r.key = next
	r.access.useKey(next)
	if err := r.carry(); err != nil {
		return err
	}
	if err := r.deactivateOld(ctx); err != nil {
		return err
	}
	// The proof is of what the keychain gives, which is what everybody uses.
	stored, err := r.stored(ctx)
	if err == nil && stored.AccessKeyID != next.AccessKeyID {
		err = failed(Other, "another program replaced the key %q meanwhile: the new key %s is %s", prompt.Clean(r.name), next.AccessKeyID, stored.AccessKeyID)
	}
	if err == nil {
		err = r.prove(ctx, stored)
	}
	if err != nil {
		return err
	}
	if r.KeepOld || r.journal.KeepOld {
		r.Report.Step("the new key works without the old one")
	} else {
		if err := r.deleteKey(ctx, "delete", r.journal.Old); err != nil {
			return err
		}
		r.Report.Step("the new key works without the old one, which is deleted")
	}
	return r.removeTraces(ctx)
}

// prove that AWS knows a key, whichever of its servers is asked.
func (r *rotation) prove(ctx context.Context, key credential.Credentials) error {
	started, told := time.Now(), time.Now()
	for passed := 0; ; {
		var identity, err = r.user, error(nil)
		err = r.step("prove", func() (err error) {
			identity, err = r.callerIdentity(ctx, key)
			return err
		})
		pause := r.waits.between
		switch {
		case err == nil && identity.ARN != r.user.ARN:
			return failed(Other, "the new key %s belongs to %s and not to %s", key.AccessKeyID, prompt.Clean(identity.ARN), prompt.Clean(r.user.ARN))
		case err == nil:
			if passed++; passed == proofs {
				return nil
			}
		default:
			passed, pause = 0, r.waits.again
			r.debug("proof: %s", prompt.Clean(err.Error()))
		}
		if err != nil && time.Since(started) > r.waits.prove {
			f := failed(Unreachable, "AWS does not know the new key %s after %s; the keychain has both keys", key.AccessKeyID, Words(time.Since(started)))
			f.hint("AWS says: %s", prompt.Clean(err.Error()))
			f.cause = err
			return f
		}
		if time.Since(told) > r.waits.progress {
			told = time.Now()
			r.Report.Step(fmt.Sprintf("waiting until AWS knows it everywhere: %s so far", Words(time.Since(started))))
		}
		if !session.Pause(ctx, pause) {
			return failed(NeedPerson, "interrupted while waiting until AWS knows the new key %s", key.AccessKeyID)
		}
	}
}

// swap makes the new key the one that the keychain has under the name. The
// record keeps the id from before: role sessions go on being served with it.
func (r *rotation) swap(ctx context.Context, next credential.Credentials, info keystore.KeyInfo) error {
	ctx = context.WithoutCancel(ctx)
	stored, err := r.stored(ctx)
	if err != nil {
		return err
	}
	if stored.AccessKeyID != r.journal.Old && stored.AccessKeyID != next.AccessKeyID {
		return failed(Other, "another program replaced the key %q meanwhile, by %s", prompt.Clean(r.name), stored.AccessKeyID)
	}
	info.Rotated, info.Before = time.Now(), r.journal.Old
	err = r.step("swap", func() error { return r.chain.Set(ctx, r.name, next, info) })
	if err != nil {
		return keystoreFailure(err, r.name)
	}
	r.Report.Step(fmt.Sprintf("key %s is %s from now on", prompt.Clean(r.name), next.AccessKeyID))
	return nil
}

// stored is the key that the keychain has now.
func (r *rotation) stored(ctx context.Context) (credential.Credentials, error) {
	key, err := r.chain.Get(ctx, r.name)
	if err != nil {
		return key, keystoreFailure(err, r.name)
	}
	return key, nil
}

// dropOwnSessions removes the sessions of the old key itself. Nothing looks for
// them any more, so what goes wrong is no failure.
func (r *rotation) dropOwnSessions() {
	for _, t := range r.targets {
		own := t.mfaSession(0) // or the one without MFA: they have the same subject
		if _, err := r.cache.ForgetSubject(own.subject()); err != nil {
			r.debug("cache: %v", err)
		}
	}
}

// carry moves the role sessions that are known to where the new key's are
// looked for. Others are moved by whoever looks for them (Target.cached).
func (r *rotation) carry() error {
	for _, t := range r.targets {
		k := t.Key
		k.AccessKeyID, k.Before = r.key.AccessKeyID, r.journal.Old
		t.rekey(k)
		if t.Profile.RoleARN != "" {
			t.cached(r.cache, time.Now())
		}
	}
	if err := r.step("generation", func() error { return session.NextGeneration(r.Paths) }); err != nil {
		return failed(Other, "%w", err)
	}
	return nil
}

func (r *rotation) deactivateOld(ctx context.Context) error {
	gone := false
	err := r.step("deactivate", func() error {
		return r.access.do(ctx, func(ctx context.Context, c *iam.Client) error {
			return c.SetKeyActive(ctx, r.user.UserName(), r.journal.Old, false)
		})
	})
	if awsapi.Is(err, awsapi.NotThere) {
		gone, err = true, nil
	}
	if err != nil {
		return r.iamFailure(err)
	}
	if !gone {
		r.Report.Step(r.journal.Old + " is inactive now")
	}
	return nil
}

// removeTraces of a rotation that is done.
func (r *rotation) removeTraces(ctx context.Context) error {
	if err := r.dropPending(ctx, "remove pending"); err != nil {
		return keystoreFailure(err, r.name)
	}
	if err := r.step("remove journal", func() error { return r.removeJournal(r.name) }); err != nil {
		return failed(Other, "%w", err)
	}
	r.begun = false
	return nil
}

// resume decides what an earlier run left: a key to finish with, or nothing
// but what is cleaned up here. r.journal is kept in the first case.
func (r *rotation) resume(ctx context.Context, p pending) (next credential.Credentials, err error) {
	r.Report.Step("an earlier rotation of this key is not finished")
	now := r.key.AccessKeyID
	switch {
	case p.ID != "" && (p.Replaces == now || p.ID == now):
		if there, err := r.exists(ctx, p.ID); err != nil || there {
			return p.key(), err
		}
		r.warn("the new key %s is not in AWS any more", prompt.Clean(p.ID))
	case r.journal.New == now:
		return r.key, nil
	case p.ID != "":
		// Neither: somebody put another key there meanwhile.
		r.warn("the key %s was made by an earlier rotation, and is not used by anything here", prompt.Clean(p.ID))
		if r.journal.ARN != r.user.ARN {
			r.warn("it belongs to %s; delete it with: %s", prompt.Clean(r.journal.ARN), deleteWith(awsapi.NameOf(r.journal.ARN), p.ID))
		}
	case r.journal.ARN == r.user.ARN:
		gone, err := r.clean(ctx)
		if err != nil {
			return next, err
		}
		for _, id := range gone {
			r.Report.Step(id + ", whose secret nobody has, is deleted")
		}
	default:
		r.warn("it was of another user, %s, who may have a key that nobody knows: aws iam list-access-keys --user-name %s",
			prompt.Clean(r.journal.ARN), ShellWord(awsapi.NameOf(r.journal.ARN)))
	}
	if err := r.dropPending(ctx, "remove pending"); err != nil {
		return next, keystoreFailure(err, r.name)
	}
	r.forgetJournal()
	return next, nil
}

// exists reports whether the user still has a key, by a list that shows all.
func (r *rotation) exists(ctx context.Context, id string) (bool, error) {
	found := false
	err := r.watch(ctx, func(keys []listedKey) bool {
		found = slices.ContainsFunc(keys, func(k listedKey) bool { return k.ID == id })
		return found
	})
	return found, err
}

// watch looks at the list until done, or until it shows all that an
// interrupted creation may have made.
func (r *rotation) watch(ctx context.Context, done func([]listedKey) bool) error {
	var end time.Time // by AWS's clock
	started, told := time.Now(), false
	for {
		keys, now, err := r.list(ctx)
		if err != nil {
			return err
		}
		if end.IsZero() {
			end = now.Add(r.waits.listing)
			if last := r.journal.Intent.Add(2 * r.waits.listing); last.Before(end) {
				end = last // the creation was that long ago
			}
		}
		if done(keys) || !now.Before(end) || time.Since(started) > 2*r.waits.listing {
			return nil
		}
		if !told {
			told = true
			r.Report.Step(fmt.Sprintf("waiting until AWS lists all keys, up to %s", Words(end.Sub(now))))
		}
		if !session.Pause(ctx, r.waits.again) {
			return failed(NeedPerson, "interrupted while waiting until AWS lists all keys")
		}
	}
}

// clean deletes what a creation made whose answer never arrived: a key that
// was not there before, was made after the intent, and was never used. Others
// are not ours to delete unasked.
func (r *rotation) clean(ctx context.Context) (gone []string, err error) {
	j := r.journal
	var strays []iam.Key
	err = r.watch(ctx, func(keys []listedKey) bool {
		strays = nil
		for _, k := range keys {
			if (j.New == "" || k.ID == j.New) && !slices.Contains(j.Listed, k.ID) && k.ID != r.key.AccessKeyID && !k.Created.Before(j.Intent) {
				strays = append(strays, k.Key)
			}
		}
		return len(strays) > 0
	})
	if err != nil {
		return nil, err
	}
	for _, k := range strays {
		unused, err := r.neverUsed(ctx, k.ID)
		if err != nil || !unused {
			r.warn("%s appeared meanwhile and is left alone, for it may be in use", r.describeKey(ctx, k))
			continue
		}
		if err := r.deleteKey(ctx, "clean", k.ID); err != nil {
			var f *Failure
			if errors.As(err, &f) {
				f.hint("the key %s has a secret that nobody has; delete it with: %s", k.ID, deleteWith(r.user.UserName(), k.ID))
			}
			return gone, err
		}
		gone = append(gone, k.ID)
	}
	if len(strays) == 0 && j.New != "" { // AWS named it, though no list does
		return gone, r.deleteKey(ctx, "clean", j.New)
	}
	return gone, nil
}

func (r *rotation) neverUsed(ctx context.Context, id string) (bool, error) {
	var use iam.Use
	err := r.access.peek(ctx, func(ctx context.Context, c *iam.Client) (err error) {
		use, err = c.LastUse(ctx, id)
		return err
	})
	return use.At.IsZero(), err
}
