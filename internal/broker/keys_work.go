package broker

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/sts"
)

// keyWork is work on the access keys of one user: who does it, and on whose.
type keyWork struct {
	*Actor                  // of the key of the keychain that acts
	record  keystore.Record // what is in the keychain
	cfg     *config.Config  // which profiles use it
	targets []*Target       // through which it can
	access  *iamAccess      // to IAM for the key of a user
	iam     *iam.Client     // for a root key
	account string
	user    string // whose keys; empty: the root user's own, which IAM knows by no name
	signer  string // id of the long-lived key that all this hangs on
	branch  branch
}

// keyWork finds the key that acts, whose keys are meant, and a way into IAM.
func (b *Broker) keyWork(ctx context.Context, o KeysOptions, ids []string, change KeyChange) (*keyWork, error) {
	record, err := keystore.ReadRecord(b.Paths.KeystoreFile())
	if err != nil {
		return nil, recordFailure(err)
	}
	cfg, err := b.config()
	if err != nil {
		return nil, err
	}
	w := &keyWork{record: record, cfg: cfg}
	if w.targets, err = b.actingTargets(w, o, ids, change); err != nil {
		return nil, err
	}
	w.Actor = b.newActor(w.targets[0])
	w.cache = b.openCache(ctx)
	if err := w.begin(ctx, o, ids, change); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

// begin opens the key and IAM.
func (w *keyWork) begin(ctx context.Context, o KeysOptions, ids []string, change KeyChange) error {
	if err := w.refuseOver(change); err != nil {
		return err
	}
	if err := w.openKey(ctx); err != nil {
		return err
	}
	if w.Key.ARN == "" {
		client, err := sts.New(w.Endpoint)
		if err != nil {
			return w.Target.failure(err)
		}
		identity, err := client.CallerIdentity(ctx, w.key)
		if err != nil {
			return w.Target.failure(err)
		}
		w.Key.ARN = identity.ARN
		if err := w.refuseOver(change); err != nil {
			return err
		}
	}
	w.account, _ = awsapi.SplitARN(w.Key.ARN)
	w.signer = w.key.AccessKeyID
	w.user = cmp.Or(o.User, sts.Identity{ARN: w.Key.ARN}.UserName())
	if err := w.checkOwners(ids, change); err != nil {
		return err
	}
	if w.Key.Root() {
		if change != DeleteKey && slices.Contains(ids, w.signer) {
			return failed(Other, "a root key cannot %s itself: it can only be deleted", change.verb()).
				hint("%s", deleteCommand(w.signer)).
				hint("with another root key in the keychain: awsbroker keys %s %s --key NAME", change.verb(), w.signer)
		}
		w.debug("iam: as the root user itself")
		var err error
		w.iam, err = w.Target.iamAs(w.key)
		return err
	}
	w.access = newIAMAccess(w.Actor, w.targets, w.userARN())
	w.access.saying = "acting"
	return nil
}

// refuseOver refuses all but deletion to a root key past its time, and to one
// whose time was never set because nobody knew what it is.
func (w *keyWork) refuseOver(change KeyChange) error {
	if change == DeleteKey || !w.Key.Over(time.Now()) {
		return nil
	}
	return rootOverFailure(prompt.Clean(w.Profile.KeyName), w.Key, time.Now())
}

// do makes a call to IAM: as the root user itself, or in whichever way the key
// of a user is allowed to.
func (w *keyWork) do(ctx context.Context, call func(context.Context, *iam.Client) error) error {
	if w.access == nil {
		return call(ctx, w.iam)
	}
	return w.access.do(ctx, call)
}

// peek is do for what is not worth an MFA code.
func (w *keyWork) peek(ctx context.Context, call func(context.Context, *iam.Client) error) error {
	if w.access == nil {
		return call(ctx, w.iam)
	}
	return w.access.peek(ctx, call)
}

// list the user's keys.
func (w *keyWork) list(ctx context.Context) (keys []iam.Key, err error) {
	err = w.do(ctx, func(ctx context.Context, c *iam.Client) (err error) {
		keys, err = c.Keys(ctx, w.user)
		return err
	})
	return keys, err
}

// userARN of the user whose keys are meant, as far as it is known: the path of
// another user than the key's own is not.
func (w *keyWork) userARN() string {
	if w.user == (sts.Identity{ARN: w.Key.ARN}).UserName() {
		return w.Key.ARN
	}
	return "arn:" + awsapi.PartitionOf(w.Key.ARN) + ":iam::" + w.account + ":user/" + w.user
}

// checkOwners refuses keys of the keychain that are another user's than the
// one that is worked on: IAM would say that there are no such keys.
func (w *keyWork) checkOwners(ids []string, change KeyChange) error {
	for _, id := range ids {
		for _, name := range w.names(id) {
			arn := w.record.Keys[name].ARN
			account, _ := awsapi.SplitARN(arn)
			user := sts.Identity{ARN: arn}.UserName()
			if arn == "" || account == w.account && user == w.user {
				continue
			}
			return failed(Usage, "%s (%q in your keychain) is a key of %s, not of %s", id, prompt.Clean(name), ownerName(user, account), w.owner()).
				hint("awsbroker keys %s %s --key %s", change.verb(), id, ShellWord(name))
		}
	}
	return nil
}

// names of a key in the keychain.
func (w *keyWork) names(id string) []string { return w.record.NamesOf(id) }

// actingTargets are the key that acts and the profiles through which it can:
// what the person named; else the key itself that is to be changed; else the
// one of the profile that commands work on; else the only one there is.
func (b *Broker) actingTargets(w *keyWork, o KeysOptions, ids []string, change KeyChange) ([]*Target, error) {
	name, profile := o.Key, o.Profile
	if name == "" && profile == "" {
		name = actingKey(w.record, ids, change)
	}
	if name == "" && profile == "" {
		var err error
		profile, _, err = b.ChooseProfile("")
		if names := w.record.Names(); err != nil && len(names) == 1 {
			name, profile = names[0], ""
		} else if err != nil && len(names) > 1 {
			return nil, failed(Usage, "which key acts? there are %s", prompt.Clean(strings.Join(names, ", "))).hint("name one with --key, or a profile with --profile")
		} else if err != nil {
			return nil, err
		}
	}
	if name == "" {
		t, err := b.TargetIn(w.cfg, profile)
		if err != nil {
			return nil, err
		}
		name = t.Profile.KeyName
	}
	info, listed := w.record.Keys[name]
	if !listed {
		return nil, keystoreFailure(keystore.ErrNotFound, name)
	}
	if info.Root() {
		t, err := b.keyTarget(name, info)
		return []*Target{t}, err
	}
	return b.targetsOf(name, info, profile)
}

// actingKey is the key of the keychain that acts on the given ones, if they
// say: a key manages itself, but an inactive one needs another of its owner,
// and so does a root key for all but its deletion.
func actingKey(record keystore.Record, ids []string, change KeyChange) string {
	i := slices.IndexFunc(ids, func(id string) bool { return len(record.NamesOf(id)) > 0 })
	if i < 0 {
		return ""
	}
	name := record.NamesOf(ids[i])[0]
	info := record.Keys[name]
	if change == DeleteKey || change == DeactivateKey && !info.Root() {
		return name
	}
	for _, other := range record.Names() {
		if o := record.Keys[other]; o.AccessKeyID != info.AccessKeyID && o.ARN == info.ARN && o.ARN != "" {
			return other
		}
	}
	return name
}
