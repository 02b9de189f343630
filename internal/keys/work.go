package keys

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/awsbroker/awsbroker/internal/access"
	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/sts"
	"github.com/awsbroker/awsbroker/internal/target"
)

// Work is work on the access keys of one user: who does it, and on whose.
type Work struct {
	Actor   *broker.Actor    // of the key of the keychain that acts
	record  keystore.Record  // what is in the keychain
	Files   *config.Config   // which profiles use it
	Targets []*target.Target // through which it can
	Access  *access.Access   // to IAM for the key of a user
	iam     *iam.Client      // for a root key
	Account string
	User    string // whose keys; empty: the root user's own, which IAM knows by no name
	signer  string // id of the long-lived key that all this hangs on
	branch  branch
}

// Open finds the key that acts, whose keys are meant, and a way into IAM.
func Open(ctx context.Context, b *broker.Broker, o Options, ids []string, change Change) (*Work, error) {
	record, err := keystore.ReadRecord(b.Paths.KeystoreFile())
	if err != nil {
		return nil, failure.OfRecord(err)
	}
	cfg, err := b.ReadConfig()
	if err != nil {
		return nil, err
	}
	w := &Work{record: record, Files: cfg}
	if w.Targets, err = actingTargets(b, w, o, ids, change); err != nil {
		return nil, err
	}
	w.Actor = b.NewActor(w.Targets[0], b.OpenCache(ctx))
	if err := w.begin(ctx, o, ids, change); err != nil {
		w.Actor.Close()
		return nil, err
	}
	return w, nil
}

// begin opens the key and IAM.
func (w *Work) begin(ctx context.Context, o Options, ids []string, change Change) error {
	if err := w.refuseOver(change); err != nil {
		return err
	}
	if change != None || o.Proves || !w.Actor.Target.Key.Known() || w.Actor.Target.Key.Root() {
		if err := w.Actor.OpenKey(ctx); err != nil {
			return err
		}
		if err := w.identify(ctx, o, ids, change); err != nil {
			return err
		}
	}
	w.Account, _ = awsapi.SplitARN(w.Actor.Target.Key.ARN)
	w.signer = w.Actor.Target.Key.AccessKeyID
	w.User = cmp.Or(o.User, sts.Identity{ARN: w.Actor.Target.Key.ARN}.UserName())
	if err := w.checkOwners(ids, change); err != nil {
		return err
	}
	if w.Actor.Target.Key.Root() {
		if change != Delete && slices.Contains(ids, w.signer) {
			return failure.New(failure.Other, "a root key cannot %s itself; it can only delete itself", change.verb()).
				Hint("%s", say.DeleteKey(w.signer)).
				Hint("use another root key from the keychain: awsbroker keys %s %s --key NAME", change.verb(), w.signer)
		}
		w.Actor.Broker.Debug("iam: as the root user itself")
		var err error
		w.iam, err = w.Actor.Target.IAM(w.Actor.AccessKey)
		return err
	}
	w.Access = access.New(w.Actor, w.Targets, w.UserARN())
	w.Access.Saying = "acting"
	return nil
}

// identify asks AWS whose the acting key is, where the record does not know or
// where something is to be changed: what answers has to be AWS, and not a stand-in
// with another user. A root key that deletes itself makes that one call alone, and
// what AWS says to a key that it refuses is told at the call that follows.
func (w *Work) identify(ctx context.Context, o Options, ids []string, change Change) error {
	recorded := w.Actor.Target.Key.ARN
	endsItself := w.Actor.Target.Key.Root() && change == Delete && slices.Equal(ids, []string{w.Actor.AccessKey.AccessKeyID})
	if recorded != "" && (change == None && !o.Proves || endsItself) {
		return nil
	}
	client, err := sts.New(w.Actor.Target.Endpoint)
	if err != nil {
		return w.Actor.Target.Failure(err)
	}
	identity, err := client.CallerIdentity(ctx, w.Actor.AccessKey)
	if recorded != "" && awsapi.Is(err, awsapi.UnknownKey) {
		return nil
	}
	if err != nil {
		return w.Actor.Target.Failure(err)
	}
	if err := w.Actor.Target.CheckOwner(identity.ARN, recorded); err != nil {
		return err
	}
	w.Actor.Target.Key.ARN = identity.ARN
	return w.refuseOver(change)
}

// refuseOver refuses all but deletion to a root key past its time, and to one
// whose time was never set because nobody knew what it is.
func (w *Work) refuseOver(change Change) error {
	if change == Delete || !w.Actor.Target.Key.Over(time.Now()) {
		return nil
	}
	return target.RootOverFailure(w.Actor.Target.Profile.KeyName, w.Actor.Target.Key, time.Now())
}

// Do makes a call to IAM: as the root user itself, or in whichever way the key
// of a user is allowed to.
func (w *Work) Do(ctx context.Context, call func(context.Context, *iam.Client) error) error {
	if w.Access == nil {
		return call(ctx, w.iam)
	}
	return w.Access.Do(ctx, call)
}

// Peek is [Work.Do] for what is not worth an MFA code.
func (w *Work) Peek(ctx context.Context, call func(context.Context, *iam.Client) error) error {
	if w.Access == nil {
		return call(ctx, w.iam)
	}
	return w.Access.Peek(ctx, call)
}

// list returns the user's keys.
func (w *Work) list(ctx context.Context) (keys []iam.Key, err error) {
	err = w.Do(ctx, func(ctx context.Context, c *iam.Client) (err error) {
		keys, err = c.Keys(ctx, w.User)
		return err
	})
	return keys, err
}

// UserARN of the user whose keys are meant, as far as it is known: the path of
// another user than the key's own is not.
func (w *Work) UserARN() string {
	if w.User == (sts.Identity{ARN: w.Actor.Target.Key.ARN}).UserName() {
		return w.Actor.Target.Key.ARN
	}
	return "arn:" + awsapi.PartitionOf(w.Actor.Target.Key.ARN) + ":iam::" + w.Account + ":user/" + w.User
}

// checkOwners refuses keys of the keychain that are another user's than the
// one that is worked on: IAM would say that there are no such keys.
func (w *Work) checkOwners(ids []string, change Change) error {
	for _, id := range ids {
		for _, name := range w.namesOf(id) {
			arn := w.record.Keys[name].ARN
			account, _ := awsapi.SplitARN(arn)
			user := sts.Identity{ARN: arn}.UserName()
			if arn == "" || account == w.Account && user == w.User {
				continue
			}
			return failure.New(failure.Usage, "%s (%q in your keychain) is a key of %s, not of %s", id, name, OwnerName(user, account), w.Owner()).
				Hint("awsbroker keys %s %s --key %s", change.verb(), id, say.ShellWord(name))
		}
	}
	return nil
}

// namesOf returns the names of a key in the keychain.
func (w *Work) namesOf(id string) []string { return w.record.NamesOf(id) }

// actingTargets returns the key that acts, with the profiles through which it can:
// the key that the person named, else the key that is to be changed, else the key
// of the profile that commands work on, else the only key there is.
func actingTargets(b *broker.Broker, w *Work, o Options, ids []string, change Change) ([]*target.Target, error) {
	name, profile := o.Key, o.Profile
	if name == "" && profile == "" {
		name = actingKey(w.record, ids, change)
	}
	name, profile, err := b.ChooseKeyOr(w.record, broker.KeyChoice{Asked: name, Hint: "name one with --key, or a profile with --profile"}, profile)
	if err != nil {
		return nil, err
	}
	info, listed := w.record.Keys[name]
	if !listed {
		return nil, failure.OfKeystore(keystore.ErrNotFound, name)
	}
	if info.Root() {
		t, err := b.KeyTarget(name, info)
		return []*target.Target{t}, err
	}
	return b.TargetsOf(name, info, profile)
}

// actingKey returns the key of the keychain that acts on the given ones, if their
// ids decide it: a key manages itself, but an inactive key needs another one of its
// owner, and so does a root key for all but its deletion.
func actingKey(record keystore.Record, ids []string, change Change) string {
	i := slices.IndexFunc(ids, func(id string) bool { return len(record.NamesOf(id)) > 0 })
	if i < 0 {
		return ""
	}
	name := record.NamesOf(ids[i])[0]
	info := record.Keys[name]
	if change == Delete || change == Deactivate && !info.Root() {
		return name
	}
	for _, other := range record.Names() {
		if o := record.Keys[other]; o.AccessKeyID != info.AccessKeyID && o.ARN == info.ARN && o.ARN != "" {
			return other
		}
	}
	return name
}
