package rotate

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/wait"
)

// Resume decides what an earlier run left: a key to finish with, or nothing
// but what is cleaned up here. r.journal is kept in the first case.
func (r *Rotation) Resume(ctx context.Context, p Pending) (next credential.Credentials, err error) {
	r.report.Step("an earlier rotation of this key is not finished")
	now := r.Actor.AccessKey.AccessKeyID
	switch {
	case p.ID != "" && (p.Replaces == now || p.ID == now):
		if there, err := r.exists(ctx, p.ID); err != nil || there {
			return p.key(), err
		}
		r.broker.Warn("the new key %s is no longer in AWS", p.ID)
	case r.journal.New == now:
		return r.Actor.AccessKey, nil
	case p.ID != "":
		// Neither: somebody put another key there meanwhile.
		r.broker.Warn("an earlier rotation created the key %s, and nothing here uses it", p.ID)
		if r.journal.ARN != r.User.ARN {
			r.broker.Warn("it belongs to %s; delete it with: %s", r.journal.ARN, say.DeleteKeyWithAWS(awsapi.NameOf(r.journal.ARN), p.ID))
		}
	case r.journal.ARN == r.User.ARN:
		gone, err := r.deleteStrays(ctx)
		if err != nil {
			return next, err
		}
		for _, id := range gone {
			r.report.Step(id + ", whose secret is lost, was deleted")
		}
	default:
		r.broker.Warn("it was of another user, %s, who may have an unknown key: aws iam list-access-keys --user-name %s",
			r.journal.ARN, say.ShellWord(awsapi.NameOf(r.journal.ARN)))
	}
	if err := r.dropPending(ctx, "remove pending"); err != nil {
		return next, failure.OfKeystore(err, r.Name)
	}
	r.forgetJournal()
	return next, nil
}

// exists reports whether the user still has a key, by a list that shows all.
func (r *Rotation) exists(ctx context.Context, id string) (bool, error) {
	found := false
	err := r.watchList(ctx, func(keys []listedKey) bool {
		found = slices.ContainsFunc(keys, func(k listedKey) bool { return k.ID == id })
		return found
	})
	return found, err
}

// watchList looks at the list until done, or until it shows all that an
// interrupted creation may have made.
func (r *Rotation) watchList(ctx context.Context, done func([]listedKey) bool) error {
	var end time.Time // by AWS's clock
	var left time.Duration
	stop := func() {}
	defer func() { stop() }()
	up := r.patience(2 * r.Waits.Listing)
	up.Say = sync.OnceFunc(func() { stop = r.report.Waiting("until AWS lists all keys", left) })
	how, err := wait.For(ctx, up, func(ctx context.Context) (bool, error) {
		keys, now, err := r.ListKeys(ctx)
		if err != nil {
			return true, err
		}
		if end.IsZero() {
			end = now.Add(r.Waits.Listing)
			if last := r.journal.Intent.Add(2 * r.Waits.Listing); last.Before(end) {
				end = last // the creation was that long ago
			}
		}
		left = end.Sub(now)
		return done(keys) || left <= 0, nil
	})
	if how == wait.Interrupted {
		return failure.Interrupted("until AWS lists all keys")
	}
	return err
}

// deleteStrays deletes what a creation made whose answer never arrived: a key that
// was not there before, was made after the intent, and was never used. Others
// are not ours to delete unasked.
func (r *Rotation) deleteStrays(ctx context.Context) (gone []string, err error) {
	j := r.journal
	var strays []iam.Key
	err = r.watchList(ctx, func(keys []listedKey) bool {
		strays = nil
		for _, k := range keys {
			if (j.New == "" || k.ID == j.New) && !slices.Contains(j.Listed, k.ID) && k.ID != r.Actor.AccessKey.AccessKeyID && !k.Created.Before(j.Intent) {
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
			r.broker.Warn("%s appeared during the rotation; it was not changed, because it may be in use", r.describeKey(ctx, k))
			continue
		}
		if err := r.DeleteKey(ctx, "clean", k.ID); err != nil {
			return gone, failure.WithHint(err, "the secret of key %s is lost; delete the key with: %s", k.ID, say.DeleteKeyWithAWS(r.User.UserName(), k.ID))
		}
		gone = append(gone, k.ID)
	}
	if len(strays) == 0 && j.New != "" { // AWS named it, though no list does
		return gone, r.DeleteKey(ctx, "clean", j.New)
	}
	return gone, nil
}

func (r *Rotation) neverUsed(ctx context.Context, id string) (bool, error) {
	var use iam.Use
	err := r.Access.Peek(ctx, func(ctx context.Context, c *iam.Client) (err error) {
		use, err = c.LastUse(ctx, id)
		return err
	})
	return use.At.IsZero(), err
}
