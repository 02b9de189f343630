// Package revoke ends what a leak has opened (awsbroker revoke): every session of
// a profile's user and role that was made until now is denied everything, and the
// access key is replaced, as package rotate does it.
package revoke

import (
	"context"
	"slices"
	"time"

	"github.com/awsbroker/awsbroker/internal/access"
	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/notes"
	"github.com/awsbroker/awsbroker/internal/rotate"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/sts"
)

// Options say what has leaked.
type Options struct {
	Profile string // whose key and role it is; empty: as for other commands
	KeepKey bool   // only a session leaked: the key is not replaced
	Yes     bool   // nobody is asked
	DryRun  bool   // only says what would be done
}

// Result is what a revocation came to.
type Result struct {
	Profile, Key string
	User         sts.Identity
	Role         string    // its ARN; empty: the profile has none in the user's account
	Foreign      string    // the ARN of a role in another account, which was not touched
	Before       time.Time // sessions of the user that were made before are refused
	RoleBefore   time.Time // sessions of the role
	Old, New     string    // access key ids; empty if the key was kept
	OldStays     bool      // in AWS, inactive
	OldAccepted  bool      // AWS still accepted it when it was last asked
	Others       []string  // other profiles of the key, with other roles
	Resumed      bool      // it was begun by an earlier run
}

// Run is for the minute after a leak: every session of the profile's user
// and role that was made until now is denied everything, and the access key is
// replaced. What was cut short is finished by the next call.
func Run(ctx context.Context, b *broker.Broker, o Options) (Result, error) {
	v, err := newRevocation(ctx, b, o)
	if err != nil {
		return Result{}, err
	}
	defer v.rotation.Actor.Close()
	return v.run(ctx)
}

// revokeWaits are how long a revocation waits for what, beside a rotation.
type revokeWaits struct {
	margin  time.Duration // by which the last deny of a role is ahead of AWS's clock
	refused time.Duration // until AWS refuses what was denied or deactivated
	blind   time.Duration // the same where AWS cannot be asked
}

// AWS's console sets its deny about 30 seconds ahead: until the policy is in
// force everywhere, a session that is denied could still assume a role.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
var productionRevokeWaits = revokeWaits{margin: 30 * time.Second, refused: time.Minute, blind: 15 * time.Second}

// revocation is one run of [Run]. It is a rotation, too, which replaces the key.
type revocation struct {
	rotation *rotate.Rotation
	o        Options
	profile  *broker.Target
	role     string // the ARN, if it is in the user's account
	foreign  string // the ARN, if it is not
	pause    revokeWaits
	note     *notes.Revocation
	left     rotate.Pending // what an earlier rotation left, with unfinished
	halfway  bool           // there is such a rotation

	before  credential.Credentials // the key that was replaced in this run
	until   time.Time              // the latest cutoff that is in AWS
	young   bool                   // the session that is used is from after the first denies
	changed bool                   // something in AWS
	ended   bool                   // a deny of this run may have ended the session that is used
}

func newRevocation(ctx context.Context, b *broker.Broker, o Options) (*revocation, error) {
	name, _, err := b.ChooseProfile(o.Profile)
	if err != nil {
		return nil, err
	}
	t, err := b.Target(name)
	if err != nil {
		return nil, err
	}
	r, err := rotate.New(ctx, b, rotate.Options{Key: t.Profile.KeyName, Profile: name, KeepOld: true, Yes: o.Yes, DryRun: o.DryRun})
	if err != nil {
		return nil, err
	}
	return &revocation{rotation: r, o: o, profile: r.Targets[0], pause: productionRevokeWaits}, nil
}

func (v *revocation) run(ctx context.Context) (out Result, err error) {
	unlock, err := v.rotation.Lock()
	if err != nil {
		return out, err
	}
	defer unlock()
	defer func() {
		if v.note != nil {
			err = failure.WithHint(err, "IT IS NOT DONE YET; to go on, run again: awsbroker revoke --profile %s", say.ShellWord(v.profile.Profile.Name))
		}
	}()
	if err := v.lookAround(ctx); err != nil {
		return out, err
	}
	resumed := v.note != nil
	if resumed && v.o.DryRun {
		v.rotation.Actor.Broker.Report.Step("an earlier revoke is not finished; the next run does that first")
		return v.outcome(), nil
	}
	if resumed {
		err = v.takeUp(ctx)
	} else {
		err = v.start(ctx)
	}
	if err != nil || v.o.DryRun {
		return v.outcome(), err
	}
	err = v.goOn(ctx)
	if failure.Is(err, failure.Refused) && !resumed && !v.changed {
		v.rotation.Actor.Broker.Debug("note: %v", v.forgetNote()) // there is nothing to go on with
	}
	out = v.outcome()
	if out.Resumed = resumed; err == nil {
		err = v.forgetNote()
	}
	return out, err
}

// lookAround reads what there is: the key, whose it is, what was left undone.
func (v *revocation) lookAround(ctx context.Context) (err error) {
	if v.left, v.halfway, err = v.rotation.ReadState(ctx); err != nil {
		return err
	}
	switch account, _ := awsapi.SplitARN(v.profile.Profile.RoleARN); {
	case v.profile.Profile.RoleARN == "":
	case account == v.rotation.User.Account:
		v.role = v.profile.Profile.RoleARN
	default:
		v.foreign = v.profile.Profile.RoleARN
	}
	v.newAccess()
	v.note, err = v.readNote()
	return err
}

// newAccess looks for the way to IAM from the beginning.
func (v *revocation) newAccess() {
	v.rotation.Access = access.New(v.rotation.Actor, v.rotation.Targets, v.rotation.User.ARN)
	v.rotation.Access.Patience, v.rotation.Access.Again, v.rotation.Access.Silent = v.rotation.Waits.Prove, v.rotation.Waits.Again, v.o.DryRun
	v.rotation.Access.Saying, v.rotation.Access.Object, v.rotation.Access.Policy = "acting", v.object(), v.permissions()
}

// takeUp goes on where an earlier run was ended.
func (v *revocation) takeUp(ctx context.Context) error {
	v.rotation.Actor.Broker.Report.Step("an earlier revoke is not finished")
	if v.note.KeepKey && !v.o.KeepKey {
		v.note.KeepKey, v.note.Stage = false, stageDeny
	}
	if v.note.Stage == stageDeny {
		if err := v.dropSessions(); err != nil { // they may be from before the deny
			return err
		}
		v.young = !v.note.Cutoff.IsZero()
	}
	// What is made before a cutoff that may be in AWS already is of no use.
	v.until = latestOf(v.note.Cutoff, latestOf(v.note.LastUser, v.note.LastRole))
	if err := v.untilPast(ctx); err != nil {
		return err
	}
	return v.probe(ctx)
}

// start says what will be done, asks, and reads what it takes to do it.
func (v *revocation) start(ctx context.Context) error {
	if v.o.DryRun {
		return v.rehearse(ctx)
	}
	if err := v.rotation.Actor.Confirm(ctx, v.plan(), "revoke them now?"); err != nil {
		return err
	}
	if err := v.probe(ctx); err != nil {
		return err
	}
	now, err := v.awsTime(ctx)
	if err != nil {
		return err
	}
	n := notes.Revocation{Key: v.rotation.Name, Profile: v.profile.Profile.Name, ARN: v.rotation.User.ARN, Role: v.role, Old: v.rotation.Actor.AccessKey.AccessKeyID, KeepKey: v.o.KeepKey,
		Stage: stageDeny, Cutoff: now.Add(time.Second)} // sessions of this very second are among them
	if v.o.KeepKey {
		n.Stage, n.Cutoff = stageLast, time.Time{}
	}
	if err := v.keepNote(n); err != nil {
		return failure.New(failure.Other, "nothing was changed: the revocation could not be written down: %w", err)
	}
	return nil
}

// goOn does the stages that are left.
func (v *revocation) goOn(ctx context.Context) error {
	for {
		var next string
		var err error
		switch v.note.Stage {
		case stageDeny:
			next, err = stageReplace, v.denyFirst(ctx)
		case stageReplace:
			next, err = stageRetire, v.replaceKey(ctx)
		case stageRetire:
			if v.rotation.Actor.AccessKey.AccessKeyID == v.note.Old { // somebody put it back
				err = v.replaceKey(ctx)
			}
			if next = stageLast; err == nil {
				err = v.retireOld(ctx)
			}
		default:
			return v.denyLast(ctx)
		}
		if err != nil {
			return err
		}
		n := *v.note
		n.Stage = next
		if err := v.keepNote(n); err != nil {
			return failure.New(failure.Other, "%w", err)
		}
	}
}

// awsTime is the time by the clock that issue times of sessions are of.
func (v *revocation) awsTime(ctx context.Context) (time.Time, error) {
	client, err := sts.New(v.profile.Endpoint)
	if err != nil {
		return time.Time{}, v.profile.Failure(err)
	}
	ctx, cancel := context.WithTimeout(ctx, v.rotation.Waits.Call)
	defer cancel()
	now, err := client.ServerTime(ctx, v.rotation.Actor.AccessKey)
	if err != nil {
		return now, v.profile.Failure(err)
	}
	return now, nil
}

// dropSessions forgets what AWS refuses from now on: the sessions of the key,
// and those of the role whatever key they were made with.
func (v *revocation) dropSessions() error {
	drop := slices.Clone(v.rotation.Targets)
	if cfg, err := v.rotation.Actor.Broker.ReadConfig(); err == nil {
		for _, name := range cfg.Ours() {
			if t, err := v.rotation.Actor.Broker.TargetIn(cfg, name); err == nil && (t.Profile.KeyName == v.rotation.Name || v.role != "" && t.Profile.RoleARN == v.role) {
				drop = append(drop, t)
			}
		}
	}
	caches := []*session.Cache{v.rotation.Actor.Cache}
	for _, dir := range session.Dirs(v.rotation.Actor.Broker.Paths.Cache) {
		if dir == v.rotation.Actor.Broker.SessionDir() {
			continue
		}
		if cache, err := v.rotation.Actor.Broker.OpenCacheIn(context.Background(), dir); err == nil {
			caches = append(caches, cache)
		}
	}
	for _, cache := range caches {
		for _, t := range drop {
			if err := t.ForgetSessions(cache); err != nil {
				v.rotation.Actor.Broker.Debug("cache: %v", err)
			}
		}
	}
	if err := v.rotation.DoStep("drop", func() error { return session.NextGeneration(v.rotation.Actor.Broker.Paths) }); err != nil {
		return failure.New(failure.Other, "%w", err)
	}
	return nil
}

func latestOf(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
