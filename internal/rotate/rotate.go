// Package rotate replaces an access key by a new one of the same user (awsbroker
// rotate). At no step is there a moment when the keychain has no key that works;
// what was cut short is finished by the next call.
package rotate

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/awsbroker/awsbroker/internal/access"
	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/notes"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/sts"
	"github.com/awsbroker/awsbroker/internal/target"
	"github.com/awsbroker/awsbroker/internal/wait"
)

// Options say which key is replaced, and how.
type Options struct {
	Key     string // as the keychain names it; empty: the profile's, or the only one
	Profile string // whose role does the work; empty: any of those that use the key
	KeepOld bool   // the old key is deactivated, not deleted
	Yes     bool   // nobody is asked; then no active key of somebody else's is deleted
	DryRun  bool   // only says what would be done
	Leaked  bool   // the old key is in other hands: AWS is to refuse it before all else
}

// Result is what a rotation came to.
type Result struct {
	Key      string
	Old, New string // access key ids; New is empty after a dry run
	Resumed  bool   // it was begun by an earlier run
	OldKept  bool
}

// Run replaces an access key by a new one of the same user. At no step is
// there a moment when the keychain has no key that works; what was cut short
// is finished by the next call.
func Run(ctx context.Context, b *broker.Broker, o Options) (Result, error) {
	r, err := New(ctx, b, o)
	if err != nil {
		return Result{}, err
	}
	defer r.Actor.Close()
	return r.run(ctx)
}

// Waits are how long a rotation waits for what.
type Waits struct {
	Call     time.Duration // one request to IAM or STS, with its repetitions
	Prove    time.Duration // until AWS knows the new key
	Between  time.Duration // from one proof to the next
	Again    time.Duration // after a proof that failed
	Listing  time.Duration // until a list shows every key that was made
	Progress time.Duration // from one sign of life to the next
}

// New keys have been seen to take 8 to 15 seconds, no document says how long
// it can be (https://github.com/99designs/aws-vault/pull/170).
var productionWaits = Waits{
	Call: 45 * time.Second, Prove: 2 * time.Minute, Between: 250 * time.Millisecond, Again: time.Second,
	Listing: 30 * time.Second, Progress: 10 * time.Second,
}

// proofs is how often in a row AWS has to know a key: its servers do not learn
// of it all at once.
const proofs = 3

// Rotation is one run of [Run].
type Rotation struct {
	Actor   *broker.Actor // the preferred profile, the key that the keychain has, and who asks
	broker  *broker.Broker
	report  broker.Reporter
	Options Options
	Name    string
	Targets []*target.Target // every profile that uses the key; at least one, if only a made-up one
	Waits   Waits
	Access  *access.Access
	chain   *keystore.Store
	User    sts.Identity
	journal *notes.Rotation
	deleted []string // keys that a list may still show
	begun   bool     // something was written down that the next run goes on from
	looks   bool     // nothing will be changed
	cut     bool     // the old key is inactive or deleted, by this run

	// At is called before and after each step that changes something; an error
	// takes the place of the step's own. Tests stop the run there.
	At func(when, step string) error
}

// New returns a rotation that has read nothing yet. The caller closes its Actor.
func New(ctx context.Context, b *broker.Broker, o Options) (*Rotation, error) {
	record, err := keystore.ReadRecord(b.Paths.KeystoreFile())
	if err != nil {
		return nil, failure.OfRecord(err)
	}
	name, _, err := b.ChooseKeyOr(record, broker.KeyChoice{Asked: o.Key, Hint: "name one: awsbroker rotate KEY"}, o.Profile)
	if err != nil && o.Key != "" && b.HasProfile(o.Key) {
		return nil, failure.New(failure.NotFound, "there is no key %q in the keychain; it is a profile", o.Key).
			Hint("to rotate the key of that profile: awsbroker rotate --profile %s", say.ShellWord(o.Key))
	}
	if err != nil {
		return nil, err
	}
	info, listed := record.Keys[name]
	if !listed {
		return nil, failure.OfKeystore(keystore.ErrNotFound, name)
	}
	if info.Root() {
		return nil, failure.New(failure.Other, "key %q is a root key; do not replace it, delete it", name).
			Hint("%s", say.DeleteKey(info.AccessKeyID))
	}
	targets, err := b.TargetsOf(name, info, o.Profile)
	if err != nil {
		return nil, err
	}
	r := &Rotation{broker: b, report: b.Report, Options: o, Name: name, Targets: targets, Waits: productionWaits}
	r.Actor = b.NewActor(targets[0], b.OpenCache(ctx))
	r.Actor.CallLimit = r.Waits.Call
	return r, nil
}

func (r *Rotation) run(ctx context.Context) (out Result, err error) {
	out.Key, r.looks = r.Name, r.Options.DryRun
	unlock, err := r.Lock()
	if err != nil {
		return out, err
	}
	defer unlock()
	defer func() {
		if r.begun {
			err = failure.WithHint(err, "nothing is lost; to resume, run again: awsbroker rotate %s", say.ShellWord(r.Name))
		}
	}()
	old, unfinished, err := r.ReadState(ctx)
	if err != nil {
		return out, err
	}
	out.Old = r.Actor.Target.Key.AccessKeyID
	if unfinished {
		if r.Options.DryRun {
			r.report.Step("an earlier rotation is not finished; the next run will finish it first")
			return out, nil
		}
		next, err := r.Resume(ctx, old)
		if err != nil {
			return out, err
		}
		if next.AccessKeyID != "" {
			out.Resumed, out.Old, out.New = true, r.journal.Old, next.AccessKeyID
			out.OldKept, err = r.Options.KeepOld || r.journal.KeepOld, r.Finish(ctx, next)
			return out, err
		}
	}
	if err := r.agree(ctx); err != nil || r.Options.DryRun {
		return out, err
	}
	next, err := r.Begin(ctx)
	if err != nil {
		return out, err
	}
	out.New, out.OldKept = next.AccessKeyID, r.Options.KeepOld
	return out, r.Finish(ctx, next)
}

// Lock makes this process the only one that replaces the key.
func (r *Rotation) Lock() (unlock func(), err error) {
	lock := session.NewLock(r.broker.Paths.State, "rotate:"+r.Name)
	if ok, err := lock.Try(); err != nil {
		return nil, failure.New(failure.Other, "%w", err)
	} else if !ok {
		return nil, failure.New(failure.Other, "another awsbroker (process %d) is rotating the key %q", lock.Holder(), r.Name).
			Hint("wait until it is finished, then check: awsbroker list")
	}
	return func() { _ = lock.Unlock() }, nil
}

// ReadState reads everything: the key, what an earlier run left, whose key it is.
func (r *Rotation) ReadState(ctx context.Context) (p Pending, unfinished bool, err error) {
	if !r.needsNoKey() {
		if err := r.Actor.OpenKey(ctx); err != nil {
			return p, false, err
		}
	}
	if r.chain, err = r.broker.OpenKeychain(ctx, r.Actor.Asker); err != nil {
		return p, false, failure.OfKeystore(err, r.Name)
	}
	if p, err = r.readPending(ctx); err != nil {
		return p, false, err
	}
	if r.journal, err = ReadJournal(r.broker, r.Name); err != nil {
		return p, false, err
	}
	if r.journal == nil && p.ID != "" {
		r.journal = &notes.Rotation{Key: r.Name, ARN: p.ARN, Old: p.Replaces, New: p.ID}
	}
	unfinished = r.journal != nil
	r.begun = unfinished
	if r.User, err = r.identify(ctx, unfinished); err != nil {
		return p, unfinished, err
	}
	r.Access = access.New(r.Actor, r.Targets, r.User.ARN)
	r.Access.Patience, r.Access.Again, r.Access.Silent = r.Waits.Prove, r.Waits.Again, r.Options.DryRun
	return p, unfinished, nil
}

// needsNoKey reports whether a session in hand does, since nothing is to be changed.
func (r *Rotation) needsNoKey() bool {
	return r.looks && r.Actor.Target.Key.Known() && slices.ContainsFunc(r.Targets, func(t *target.Target) bool {
		_, ok := r.Actor.FindSession(t)
		return ok
	})
}

// identify asks AWS whose key it is, and refuses a key that is another user's than
// the record says. A young key, which an earlier run put there, may not be known
// everywhere yet. A leaked key that AWS refuses already is the recorded user's.
func (r *Rotation) identify(ctx context.Context, young bool) (identity sts.Identity, err error) {
	recorded := r.Actor.Target.Key.ARN
	if r.needsNoKey() {
		account, _ := awsapi.SplitARN(recorded)
		return sts.Identity{ARN: recorded, Account: account}, nil
	}
	if r.journal != nil && (r.journal.Old == r.Actor.AccessKey.AccessKeyID || r.journal.New == r.Actor.AccessKey.AccessKeyID) {
		recorded = cmp.Or(recorded, r.journal.ARN)
	}
	young = young && !(r.Options.Leaked && r.journal.Old == r.Actor.AccessKey.AccessKeyID)
	_, err = wait.For(ctx, r.patience(r.Waits.Prove), func(ctx context.Context) (known bool, err error) {
		identity, err = r.CallerIdentity(ctx, r.Actor.AccessKey)
		return !young || !awsapi.Is(err, awsapi.UnknownKey), err
	})
	if r.Options.Leaked && recorded != "" && awsapi.Is(err, awsapi.UnknownKey) {
		r.cut = true
		account, _ := awsapi.SplitARN(recorded)
		return sts.Identity{ARN: recorded, Account: account}, nil
	}
	if err != nil {
		return identity, r.IAMFailure(err)
	}
	if err := r.Actor.Target.CheckOwner(identity.ARN, recorded); err != nil {
		return identity, err
	}
	if identity.UserName() == "" {
		return identity, failure.New(failure.Other, "key %q belongs to %s, which is not an IAM user", r.Name, identity.ARN).
			Hint("awsbroker rotates keys of IAM users only; delete a root key with: %s", say.DeleteKey(r.Actor.AccessKey.AccessKeyID))
	}
	return identity, nil
}

// patience is the patience of a rotation's waits.
func (r *Rotation) patience(to time.Duration) wait.Up {
	return wait.Up{To: to, Every: r.Waits.Again, Clock: r.broker.Clock}
}

// CallerIdentity asks AWS once whose key it is.
func (r *Rotation) CallerIdentity(ctx context.Context, key credential.Credentials) (sts.Identity, error) {
	client, err := sts.New(r.Targets[0].Endpoint)
	if err != nil {
		return sts.Identity{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, r.Waits.Call)
	defer cancel()
	return client.CallerIdentity(ctx, key)
}

// DoStep runs do, which a test may let fail before or afterwards.
func (r *Rotation) DoStep(name string, do func() error) error {
	if r.At != nil {
		if err := r.At("before", name); err != nil {
			return err
		}
	}
	err := do()
	if r.At != nil {
		if wrong := r.At("after", name); wrong != nil {
			return wrong
		}
	}
	return err
}
