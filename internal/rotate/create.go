package rotate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/awsbroker/awsbroker/internal/access"
	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/notes"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/wait"
)

// Begin makes room, and then a new key that is stored beside the old one.
func (r *Rotation) Begin(ctx context.Context) (credential.Credentials, error) {
	if err := r.tryKeychain(ctx); err != nil {
		return credential.Credentials{}, err
	}
	for try := 1; ; try++ {
		if err := r.makeRoom(ctx); err != nil {
			return credential.Credentials{}, err
		}
		key, lost, err := r.create(ctx)
		if err != nil && lost && try == 1 {
			r.broker.Warn("AWS's answer was lost; checking whether there is a new key")
			var gone []string
			var cleaning error
			if gone, cleaning = r.deleteStrays(ctx); cleaning != nil {
				return credential.Credentials{}, cleaning
			}
			if len(gone) > 0 {
				continue
			}
		}
		if err != nil {
			return credential.Credentials{}, err
		}
		return key, r.store(ctx, key)
	}
}

// create writes the intent down and asks for a key. lost: there may be one
// identify secret nobody has got.
func (r *Rotation) create(ctx context.Context) (key credential.Credentials, lost bool, err error) {
	keys, now, err := r.ListKeys(ctx)
	if err != nil {
		return key, false, err
	}
	j := &notes.Rotation{Key: r.Name, ARN: r.User.ARN, Old: r.Actor.AccessKey.AccessKeyID, Intent: now, KeepOld: r.Options.KeepOld, Listed: []string{r.Actor.AccessKey.AccessKeyID}}
	for _, k := range keys {
		if k.ID != j.Old {
			j.Listed = append(j.Listed, k.ID)
		}
	}
	if err := r.DoStep("intent", func() error { return writeJournal(r.broker, *j) }); err != nil {
		return key, false, failure.New(failure.Other, "nothing was changed, because the note of the rotation could not be written: %w", err)
	}
	r.journal, r.begun = j, true
	err = r.DoStep("create", func() error {
		return r.Access.Do(ctx, func(ctx context.Context, c *iam.Client) (err error) {
			// From here to the keychain nobody interrupts: the secret comes only once.
			ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.Waits.Call)
			defer cancel()
			up := wait.Up{Tries: 3, Every: r.Waits.Again, Clock: r.broker.Clock}
			_, err = wait.For(ctx, up, func(ctx context.Context) (done bool, err error) {
				key, err = c.CreateKey(ctx, r.User.UserName())
				return !awsapi.Is(err, awsapi.Throttled, awsapi.Busy), err
			})
			return err
		})
	})
	if err == nil {
		return key, false, nil
	}
	if lost = access.MayBeDone(err); !lost {
		r.forgetJournal()
	}
	return credential.Credentials{}, lost, r.IAMFailure(err)
}

// store puts a new key beside the old one. Where that fails, the key is deleted
// in AWS again.
func (r *Rotation) store(ctx context.Context, key credential.Credentials) error {
	ctx = context.WithoutCancel(ctx)
	r.journal.New = key.AccessKeyID
	if err := r.DoStep("created", func() error { return writeJournal(r.broker, *r.journal) }); err != nil {
		r.broker.Debug("journal: %v", err) // the intent is there, and does
	}
	err := r.writePending(ctx, key)
	if err == nil {
		r.report.Step(fmt.Sprintf("the new key %s was stored in the keychain, beside the old one", key.AccessKeyID))
		return nil
	}
	f := failure.OfKeystore(err, r.Name)
	undo := r.DeleteKey(ctx, "undo", key.AccessKeyID)
	if undo != nil {
		f.Message = fmt.Sprintf("%s; the new key's secret is lost, and the key could not be deleted in AWS: %v", f.Message, undo)
		f.Hints = []string{"delete it with: " + say.DeleteKeyWithAWS(r.User.UserName(), key.AccessKeyID)}
		return f
	}
	if err := r.dropPending(ctx, "remove pending"); err != nil {
		r.broker.Debug("keychain: %v", err)
	}
	r.forgetJournal()
	f.Message += "; the new key was deleted in AWS again, so nothing was changed"
	return f
}

func (r *Rotation) forgetJournal() {
	err := r.DoStep("remove journal", func() error { return removeJournal(r.broker, r.Name) })
	if err != nil {
		r.broker.Debug("journal: %v", err)
		return
	}
	r.journal, r.begun = nil, false
}

// listedKey is a key of the user, as AWS's list shows it.
type listedKey struct {
	iam.Key
}

// ListKeys returns the keys of the user, and the time of the list by AWS's clock.
func (r *Rotation) ListKeys(ctx context.Context) (keys []listedKey, now time.Time, err error) {
	err = r.Access.Do(ctx, func(ctx context.Context, c *iam.Client) error {
		all, at, err := c.KeysNow(ctx, r.User.UserName())
		keys, now = nil, at
		for _, k := range all {
			if !slices.Contains(r.deleted, k.ID) {
				keys = append(keys, listedKey{k})
			}
		}
		return err
	})
	return keys, now, r.IAMFailure(err)
}

// makeRoom sees to it that the user has room for one more key: AWS allows two,
// and counts inactive ones. A leaked key makes room itself, if something else than
// the key signs; else the other one has to.
func (r *Rotation) makeRoom(ctx context.Context) error {
	for {
		keys, _, err := r.ListKeys(ctx)
		if err != nil {
			return err
		}
		own := r.Actor.AccessKey.AccessKeyID
		isOwn := func(k listedKey) bool { return k.ID == own }
		if !r.cut && !slices.ContainsFunc(keys, isOwn) && !r.Targets[0].IAMEndpoint().IsAWS("iam") {
			return r.notListed()
		}
		other := slices.DeleteFunc(slices.Clone(keys), isOwn)
		switch {
		case len(keys) < iam.KeyQuota || len(other) == 0:
			return nil
		case r.Options.Leaked && !r.Access.IsOwn():
			err = r.dropLeaked(ctx)
		default:
			err = r.deleteOther(ctx, other[0].Key)
		}
		if err != nil {
			return err
		}
	}
}

// notListed says that an address which is not AWS's own does not know the key:
// what it would give for a new key is no key of the user's.
func (r *Rotation) notListed() error {
	return failure.New(failure.Other, "IAM at %s does not list the key %s", r.Targets[0].IAMEndpoint().URL, r.Actor.AccessKey.AccessKeyID).
		Hint("nothing was changed; that address is not AWS's own: check AWS_ENDPOINT_URL and endpoint_url")
}

// dropLeaked deletes a leaked key to make room for its successor. The key is
// deactivated before, so that nobody can use it, whatever comes of the deletion.
func (r *Rotation) dropLeaked(ctx context.Context) error {
	if err := r.Deactivate(ctx, r.Actor.AccessKey.AccessKeyID); err != nil {
		return err
	}
	if err := r.DeleteKey(ctx, "make room", r.Actor.AccessKey.AccessKeyID); err != nil {
		return err
	}
	r.report.Step(r.Actor.AccessKey.AccessKeyID + " was deleted: the user has a second key, and AWS allows no third")
	return nil
}

func (r *Rotation) deleteOther(ctx context.Context, k iam.Key) error {
	text := fmt.Sprintf("The user already has two keys, and AWS allows no third. The other one is:\n%s", r.describeKey(ctx, k))
	full := failure.New(failure.Other, "the user %s has two access keys, and AWS allows no third", r.User.UserName())
	if k.Active && r.Options.Yes {
		return full.Hint("awsbroker never deletes an active key without asking: %s", r.describeKey(ctx, k)).
			Hint("if nothing needs it any longer: %s", say.DeleteKeyWithAWS(r.User.UserName(), k.ID))
	}
	question := "Delete it for good?"
	if k.Active {
		question = "Delete this ACTIVE key for good?"
	}
	if err := r.Actor.Confirm(ctx, text, question); err != nil {
		var f *failure.Error
		if errors.As(err, &f) {
			full.Reason, full.Cause = f.Reason, err
		}
		return full.Hint("delete one of them with: %s", say.DeleteKeyWithAWS(r.User.UserName(), k.ID))
	}
	if err := r.DeleteKey(ctx, "make room", k.ID); err != nil {
		return err
	}
	r.report.Step(k.ID + " was deleted")
	return nil
}

// describeKey tells what helps to decide about a key.
func (r *Rotation) describeKey(ctx context.Context, k iam.Key) string {
	status := "inactive"
	if k.Active {
		status = "ACTIVE"
	}
	var use iam.Use
	err := r.Access.Peek(ctx, func(ctx context.Context, c *iam.Client) (err error) {
		use, err = c.LastUse(ctx, k.ID)
		return err
	})
	used := "never used"
	switch {
	case err != nil:
		used = "last use unknown"
	case !use.At.IsZero():
		used = say.Sprintf("last used %s ago (%s in %s)", say.Duration(r.broker.TimeOfAWS().Sub(use.At)), use.Service, use.Region)
	}
	return say.Sprintf("%s, %s, created %s ago, %s", k.ID, status, say.Duration(r.broker.TimeOfAWS().Sub(k.Created)), used)
}

// DeleteKey deletes a key in AWS. A key that is not there any more counts as deleted.
func (r *Rotation) DeleteKey(ctx context.Context, step, id string) error {
	err := r.DoStep(step, func() error {
		return r.Access.Do(ctx, func(ctx context.Context, c *iam.Client) error {
			return c.DeleteKey(ctx, r.User.UserName(), id)
		})
	})
	if err != nil && !awsapi.Is(err, awsapi.NotThere) {
		return r.IAMFailure(err)
	}
	r.deleted = append(r.deleted, id)
	return nil
}

// IAMFailure says what IAM objected to, in a call about the user's access keys.
func (r *Rotation) IAMFailure(err error) error {
	return failure.OfIAM(err, failure.IAMCall{Profile: r.Targets[0].Profile, User: r.User.UserName()})
}
