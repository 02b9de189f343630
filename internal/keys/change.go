package keys

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/rotate"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/sts"
	"github.com/awsbroker/awsbroker/internal/wait"
)

// readBranch reads what hangs on the keys, and refuses ids that nobody knows. For a
// root key that deletes itself it asks nothing: nothing but the deletion may be in
// reach of the key.
func (w *Work) readBranch(ctx context.Context, change Change, ids []string) error {
	w.branch = branch{signer: w.signer, root: w.Actor.Target.Key.Root() && w.User == "", names: map[string][]string{}, profiles: map[string][]string{}}
	for _, name := range w.record.Names() {
		id := w.record.Keys[name].AccessKeyID
		w.branch.names[id] = append(w.branch.names[id], name)
	}
	for _, profile := range w.Files.Ours() {
		if p, err := w.Files.Resolve(profile); err == nil {
			w.branch.profiles[p.KeyName] = append(w.branch.profiles[p.KeyName], profile)
		}
	}
	unfinished, err := rotate.ReadJournal(w.Actor.Broker, w.Actor.Target.Profile.KeyName)
	if err != nil {
		return err
	}
	if unfinished != nil {
		w.branch.rotating = []string{unfinished.Old, unfinished.New}
	}
	if w.branch.root && len(ids) == 1 && ids[0] == w.signer {
		return nil
	}
	if w.branch.keys, err = w.list(ctx); err != nil {
		return w.Failure(err)
	}
	for _, id := range ids {
		listed := slices.ContainsFunc(w.branch.keys, func(k iam.Key) bool { return k.ID == id })
		if !listed && (change != Delete || len(w.namesOf(id)) == 0) {
			return w.notListed(ctx, id)
		}
	}
	return nil
}

// notListed says whose key it is, if IAM tells.
func (w *Work) notListed(ctx context.Context, id string) error {
	f := failure.New(failure.NotFound, "%s has no access key %s", w.Owner(), id)
	var owner string
	err := w.Peek(ctx, func(ctx context.Context, c *iam.Client) (err error) {
		owner, err = c.KeyOwner(ctx, id)
		return err
	})
	switch {
	case err == nil && owner != "" && owner != w.User && owner != w.Account:
		f.Hint("it is a key of user %s; add --user %s", owner, say.ShellWord(owner))
	case len(w.namesOf(id)) > 0:
		f.Hint("it was already deleted in AWS; to remove it from the keychain, too: %s", say.DeleteKey(id))
	default:
		f.Hint("list the keys with: awsbroker keys list")
	}
	return f
}

// cutFailure returns the failure of a change that would lock the person out, with
// what to do instead.
func (w *Work) cutFailure(change Change, ids, why []string) error {
	f := failure.New(failure.Other, "%s", strings.Join(why, "; "))
	for _, id := range ids {
		if names := w.namesOf(id); len(names) > 0 {
			f.Hint("to replace it with a new one, safely: awsbroker rotate %s", say.ShellWord(names[0]))
			break
		}
	}
	return f.Hint("to do it anyway: awsbroker keys %s %s --force", change.verb(), strings.Join(ids, " "))
}

// describePlan says what the change will do, a line for each key.
func (w *Work) describePlan(change Change, ids []string) string {
	var b strings.Builder
	for _, id := range ids {
		state := "inactive"
		if w.branch.isActive(id) || w.branch.root && id == w.signer {
			state = "ACTIVE"
		}
		fmt.Fprintf(&b, "%s, %s, of %s\n", id, state, w.Owner())
		names := w.namesOf(id)
		if len(names) > 0 {
			fmt.Fprintf(&b, "  in your keychain as %s\n", quotedNames(names))
		}
		switch {
		case change == Deactivate:
			b.WriteString("  Requests signed with it will be refused until you activate it again.\n")
			continue
		case state == "ACTIVE":
			b.WriteString("  This will delete it for good. Requests signed with it will be refused.\n")
		default:
			b.WriteString("  This will delete it for good.\n")
		}
		if len(names) > 0 {
			b.WriteString("  Then it will be removed from your keychain.\n")
		}
	}
	b.WriteString(w.Actor.Target.ForeignAddresses())
	return strings.TrimRight(b.String(), "\n")
}

func (w *Work) change(ctx context.Context, change Change, id string) error {
	switch change {
	case Activate, Deactivate:
		err := w.Do(ctx, func(ctx context.Context, c *iam.Client) error {
			return c.SetKeyActive(ctx, w.User, id, change == Activate)
		})
		if awsapi.Is(err, awsapi.NotThere) {
			return w.notListed(ctx, id)
		}
		if err != nil {
			return w.Failure(err)
		}
		w.Actor.Broker.Report.Step(fmt.Sprintf("%s is now %s; AWS may need some seconds to apply it", id,
			map[bool]string{true: "active", false: "inactive"}[change == Activate]))
		return nil
	}
	return w.delete(ctx, id)
}

// delete deletes a key in AWS, then in the keychain. The secret is read before, for
// the proof that AWS refuses the key.
func (w *Work) delete(ctx context.Context, id string) error {
	mine, err := w.findEntries(ctx, id)
	if err != nil {
		return err
	}
	err = w.Do(ctx, func(ctx context.Context, c *iam.Client) error { return c.DeleteKey(ctx, w.User, id) })
	switch {
	case err == nil:
		w.Actor.Broker.Report.Step(id + " was deleted in AWS")
	case awsapi.Is(err, awsapi.NotThere):
		w.Actor.Broker.Report.Step(id + " was already deleted in AWS")
	case awsapi.Is(err, awsapi.UnknownKey) && w.Actor.Target.Key.Root() && id == w.signer:
		// It signed, and is refused: there is nothing left that it could do.
		w.Actor.Broker.Warn("AWS no longer accepts %s: it was already deleted, or is inactive (the IAM console shows which)", id)
	default:
		return w.Failure(err)
	}
	if len(mine) == 0 {
		return nil
	}
	for name, key := range mine {
		if err := w.waitUntilRefused(ctx, key); err != nil {
			return err
		}
		if err := w.dropEntry(ctx, name, id); err != nil {
			return err
		}
	}
	return session.NextGeneration(w.Actor.Broker.Paths)
}

// dropEntry takes a key out of the keychain, unless its name has got another key
// meanwhile.
func (w *Work) dropEntry(ctx context.Context, name, id string) error {
	store, err := w.Actor.Broker.OpenKeychain(ctx, w.Actor.Asker)
	if err != nil {
		return failure.OfKeystore(err, name)
	}
	is, err := store.Get(ctx, name)
	if err == nil && is.AccessKeyID != id {
		w.Actor.Broker.Warn("%q is now another key, so it was not removed from the keychain", name)
		return nil
	}
	if err := w.Actor.Asker.Retry(func() error { return store.Remove(ctx, name) }); err != nil && !errors.Is(err, keystore.ErrNotFound) {
		return failure.OfKeystore(err, name)
	}
	w.Actor.Broker.Report.Step(fmt.Sprintf("AWS refuses it, and %q was removed from the keychain", name))
	return nil
}

// findEntries returns the names in the keychain that hold a key, with its secret.
func (w *Work) findEntries(ctx context.Context, id string) (map[string]credential.Credentials, error) {
	mine := map[string]credential.Credentials{}
	store, err := w.Actor.Broker.OpenKeychain(ctx, w.Actor.Asker)
	if err != nil {
		return nil, failure.OfKeystore(err, w.Actor.Target.Profile.KeyName)
	}
	for _, name := range w.namesOf(id) {
		var key credential.Credentials
		err := w.Actor.Asker.Retry(func() (err error) {
			key, err = store.Get(ctx, name)
			return err
		})
		if err != nil {
			return nil, failure.OfKeystore(err, name)
		}
		if key.AccessKeyID == id {
			mine[name] = key
		}
	}
	return mine, nil
}

// How often, and for how long, AWS is asked whether it refuses a deleted key.
const (
	gonePause = time.Second
	goneLimit = time.Minute
)

// waitUntilRefused waits until AWS refuses a key: what IAM deleted works elsewhere for
// some seconds more.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot.html#troubleshoot_general_eventual-consistency
func (w *Work) waitUntilRefused(ctx context.Context, key credential.Credentials) error {
	client, err := sts.New(w.Actor.Target.Endpoint)
	if err != nil {
		return w.Actor.Target.Failure(err)
	}
	up := wait.Up{To: goneLimit, Every: gonePause, Clock: w.Actor.Broker.Clock}
	stop := func() {}
	up.Say = sync.OnceFunc(func() { stop = w.Actor.Broker.Report.Waiting("until AWS refuses it", goneLimit) })
	end, err := wait.For(ctx, up, func(ctx context.Context) (refused bool, err error) {
		_, err = client.CallerIdentity(ctx, key)
		return awsapi.Is(err, awsapi.UnknownKey), err
	})
	stop()
	var f *failure.Error
	switch {
	case end == wait.Done:
		return nil
	case ctx.Err() != nil:
		f = failure.New(failure.NeedPerson, "stopped before AWS refused %s", key.AccessKeyID)
	case err != nil:
		f = failure.New(failure.Unreachable, "it is unknown whether AWS refuses %s: %s", key.AccessKeyID, err.Error())
	default:
		f = failure.New(failure.Other, "%s was deleted, but AWS still accepts it", key.AccessKeyID)
	}
	return f.Hint("it is still in the keychain; in a minute run again: %s", say.DeleteKey(key.AccessKeyID))
}
