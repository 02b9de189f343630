package broker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/sts"
)

// RotateOptions say which key is replaced, and how.
type RotateOptions struct {
	Key     string // as the keychain names it; empty: the profile's, or the only one
	Profile string // whose role does the work; empty: any of those that use the key
	KeepOld bool   // the old key is deactivated, not deleted
	Yes     bool   // nobody is asked; then no active key of somebody else's is deleted
	DryRun  bool   // only says what would be done
}

// Rotated is what a rotation came to.
type Rotated struct {
	Key      string
	Old, New string // access key ids; New is empty after a dry run
	Resumed  bool   // it was begun by an earlier run
	OldKept  bool
}

// Rotate replaces an access key by a new one of the same user. At no step is
// there a moment when the keychain has no key that works; what was cut short
// is finished by the next call.
func (b *Broker) Rotate(ctx context.Context, o RotateOptions) (Rotated, error) {
	r, err := b.newRotation(ctx, o)
	if err != nil {
		return Rotated{}, err
	}
	defer r.close()
	return r.run(ctx)
}

// rotateWaits are how long a rotation waits for what.
type rotateWaits struct {
	call     time.Duration // one request to IAM or STS, with its repetitions
	prove    time.Duration // until AWS knows the new key
	between  time.Duration // from one proof to the next
	again    time.Duration // after a proof that failed
	listing  time.Duration // until a list shows every key that was made
	progress time.Duration // from one sign of life to the next
}

// New keys have been seen to take 8 to 15 seconds, no document says how long
// it can be (https://github.com/99designs/aws-vault/pull/170).
var productionWaits = rotateWaits{
	call: 45 * time.Second, prove: 2 * time.Minute, between: 250 * time.Millisecond, again: time.Second,
	listing: 30 * time.Second, progress: 10 * time.Second,
}

// proofs is how often in a row AWS has to know a key: its servers do not learn
// of it all at once.
const proofs = 3

// rotation is one run of Rotate.
type rotation struct {
	*Actor // the preferred profile, the key that the keychain has, and who asks
	RotateOptions
	name    string
	targets []*Target // every profile that uses the key; at least one, if only a made-up one
	waits   rotateWaits
	access  *iamAccess
	chain   *keystore.Store
	user    sts.Identity
	journal *journal
	deleted []string // keys that a list may still show
	begun   bool     // something was written down that the next run goes on from

	// at is called before and after each step that changes something; an error
	// takes the place of the step's own. Tests stop the run there.
	at func(when, step string) error
}

func (b *Broker) newRotation(ctx context.Context, o RotateOptions) (*rotation, error) {
	record, err := keystore.ReadRecord(b.Paths.KeystoreFile())
	if err != nil {
		return nil, recordFailure(err)
	}
	name, err := b.rotateWhich(record, o)
	if err != nil {
		return nil, err
	}
	info, listed := record.Keys[name]
	if !listed {
		return nil, keystoreFailure(keystore.ErrNotFound, name)
	}
	if info.Root() {
		return nil, failed(Other, "key %q is the root user's, and is not to be replaced but deleted", prompt.Clean(name)).
			hint("%s", deleteCommand(info.AccessKeyID))
	}
	targets, err := b.targetsOf(name, info, o.Profile)
	if err != nil {
		return nil, err
	}
	r := &rotation{RotateOptions: o, name: name, targets: targets, waits: productionWaits}
	r.Actor = b.newActor(targets[0])
	r.cache = b.openCache(ctx)
	return r, nil
}

// rotateWhich is the key that is asked for, the profile's, or the only one.
func (b *Broker) rotateWhich(record keystore.Record, o RotateOptions) (string, error) {
	if o.Key != "" {
		return o.Key, nil
	}
	named := cmp.Or(o.Profile, os.Getenv("AWS_PROFILE"), os.Getenv("AWS_DEFAULT_PROFILE")) != ""
	if names := record.Names(); !named && len(names) == 1 {
		return names[0], nil
	} else if len(names) == 0 {
		return "", failed(NotFound, "there is no key in the keychain").hint("put one there with: awsbroker add NAME")
	}
	profile, _, err := b.ChooseProfile(o.Profile)
	if err != nil {
		return "", err
	}
	t, err := b.Target(profile)
	if err != nil {
		return "", err
	}
	return t.Profile.KeyName, nil
}

func (r *rotation) run(ctx context.Context) (out Rotated, err error) {
	out.Key = r.name
	unlock, err := r.alone()
	if err != nil {
		return out, err
	}
	defer unlock()
	defer func() {
		var f *Failure
		if r.begun && errors.As(err, &f) {
			f.hint("nothing is lost; to go on, run again: awsbroker rotate %s", ShellWord(r.name))
		}
	}()
	old, unfinished, err := r.look(ctx)
	if err != nil {
		return out, err
	}
	out.Old = r.key.AccessKeyID
	if unfinished {
		if r.DryRun {
			r.Report.Step("an earlier rotation is not finished; the next run does that first")
			return out, nil
		}
		next, err := r.resume(ctx, old)
		if err != nil {
			return out, err
		}
		if next.AccessKeyID != "" {
			out.Resumed, out.Old, out.New = true, r.journal.Old, next.AccessKeyID
			out.OldKept, err = r.KeepOld || r.journal.KeepOld, r.finish(ctx, next)
			return out, err
		}
	}
	if err := r.agree(ctx); err != nil || r.DryRun {
		return out, err
	}
	next, err := r.begin(ctx)
	if err != nil {
		return out, err
	}
	out.New, out.OldKept = next.AccessKeyID, r.KeepOld
	return out, r.finish(ctx, next)
}

// alone makes this process the only one that replaces the key.
func (r *rotation) alone() (unlock func(), err error) {
	lock := session.NewLock(r.Paths.State, "rotate:"+r.name)
	if ok, err := lock.Try(); err != nil {
		return nil, failed(Other, "%w", err)
	} else if !ok {
		return nil, failed(Other, "another awsbroker (process %d) is rotating the key %q", lock.Holder(), prompt.Clean(r.name)).
			hint("wait for it, then look at: awsbroker list")
	}
	return func() { _ = lock.Unlock() }, nil
}

// look reads everything: the key, what an earlier run left, whose key it is.
func (r *rotation) look(ctx context.Context) (p pending, unfinished bool, err error) {
	if err := r.openKey(ctx); err != nil {
		return p, false, err
	}
	if r.chain, err = r.keychain(ctx, r.asker); err != nil {
		return p, false, keystoreFailure(err, r.name)
	}
	if p, err = r.readPending(ctx); err != nil {
		return p, false, err
	}
	if r.journal, err = r.readJournal(r.name); err != nil {
		return p, false, err
	}
	if r.journal == nil && p.ID != "" {
		r.journal = &journal{Key: r.name, ARN: p.ARN, Old: p.Replaces, New: p.ID}
	}
	unfinished = r.journal != nil
	r.begun = unfinished
	if r.user, err = r.whose(ctx, unfinished); err != nil {
		return p, unfinished, err
	}
	r.access = newIAMAccess(r.Actor, r.targets, r.user.ARN)
	r.access.patience, r.access.again, r.access.limit, r.access.silent = r.waits.prove, r.waits.again, r.waits.call, r.DryRun
	return p, unfinished, nil
}

// whose key it is, asked of AWS: the record may never have known. A key that
// an earlier run put there may be too new to be known everywhere.
func (r *rotation) whose(ctx context.Context, patiently bool) (sts.Identity, error) {
	identity, err := r.callerIdentity(ctx, r.key)
	for end := time.Now().Add(r.waits.prove); patiently && awsapi.Is(err, awsapi.UnknownKey) && time.Now().Before(end); {
		if !session.Pause(ctx, r.waits.again) {
			break
		}
		identity, err = r.callerIdentity(ctx, r.key)
	}
	if err != nil {
		return identity, r.iamFailure(err)
	}
	if identity.UserName() == "" {
		return identity, failed(Other, "key %q belongs to %s, which is no IAM user", prompt.Clean(r.name), prompt.Clean(identity.ARN)).
			hint("only keys of IAM users are rotated; a root key is to be deleted: %s", deleteCommand(r.key.AccessKeyID))
	}
	return identity, nil
}

func (r *rotation) callerIdentity(ctx context.Context, key credential.Credentials) (sts.Identity, error) {
	client, err := sts.New(r.targets[0].Endpoint)
	if err != nil {
		return sts.Identity{}, err
	}
	ctx, cancel := context.WithTimeout(ctx, r.waits.call)
	defer cancel()
	return client.CallerIdentity(ctx, key)
}

// agree says what will be done, and asks.
func (r *rotation) agree(ctx context.Context) error {
	var profiles []string
	for _, t := range r.targets {
		if t.Profile.Name != "" {
			profiles = append(profiles, t.Profile.Name)
		}
	}
	last := "deleted"
	if r.KeepOld {
		last = "kept, inactive"
	}
	text := fmt.Sprintf("key      %s, %s, in %s\nuser     %s in account %s\nused by  %s\n"+
		"steps    a new key is made, stored beside the old one, and proved;\n"+
		"         it takes the old one's place; the old one is deactivated\n         and, after another proof, %s",
		prompt.Clean(r.name), r.key.AccessKeyID, r.chain.Kind().Words(),
		prompt.Clean(r.user.UserName()), prompt.Clean(r.user.Account), cmp.Or(prompt.Clean(strings.Join(profiles, ", ")), "no profile"), last)
	if r.DryRun {
		for _, line := range strings.Split(text, "\n") {
			r.Report.Step(line)
		}
		return r.rehearse(ctx)
	}
	return r.confirm(ctx, text, "rotate this key?")
}

// rehearse finds out how it would go, as far as nobody has to be asked.
func (r *rotation) rehearse(ctx context.Context) error {
	keys, _, err := r.list(ctx)
	if errors.Is(err, errSilent) {
		r.Report.Step("code     one MFA code would be asked for")
		return nil
	}
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(keys, func(k listedKey) bool { return k.ID != r.key.AccessKeyID }); len(keys) > 1 && i >= 0 {
		r.Report.Step("first    the user has a second key, which would have to be deleted: " + r.describeKey(ctx, keys[i].Key))
	}
	r.Report.Step("code     none is needed")
	return nil
}

// step does something that a test may want to see fail.
func (r *rotation) step(name string, do func() error) error {
	if r.at != nil {
		if err := r.at("before", name); err != nil {
			return err
		}
	}
	err := do()
	if r.at != nil {
		if wrong := r.at("after", name); wrong != nil {
			return wrong
		}
	}
	return err
}
