// Package revoke ends what a leak has opened (awsbroker revoke): every session of
// a profile's user and role that was made until now is denied everything, and the
// access key is replaced, as package rotate does it.
package revoke

import (
	"context"
	"time"

	"github.com/awsbroker/awsbroker/internal/access"
	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/notes"
	"github.com/awsbroker/awsbroker/internal/rotate"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/sts"
	"github.com/awsbroker/awsbroker/internal/target"
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

	Keys     []iam.Key       // other access keys of the user
	Devices  []iam.MFADevice // all MFA devices of the user
	Unlisted error           // why keys or devices could not be listed
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
	broker   *broker.Broker
	report   broker.Reporter
	rotation *rotate.Rotation
	user     sts.Identity
	o        Options
	profile  *target.Target
	role     string // the ARN, if it is in the user's account
	foreign  string // the ARN, if it is not
	pause    revokeWaits
	note     *notes.Revocation
	left     rotate.Pending // the new key of a rotation that an earlier run left, if halfway
	halfway  bool           // an earlier run left a rotation

	old       credential.Credentials // the leaked key, if this run began with it in the keychain
	next      credential.Credentials // the new key, as long as it is not proved
	agreed    bool                   // the person said yes, in this run or an earlier one
	until     time.Time              // sessions issued before are denied: no new one is got until then
	young     bool                   // our session was issued after the first deny, which does not apply to it
	changed   bool                   // something was changed in AWS
	ended     bool                   // a deny was put since our session was issued: the next refusal may be ours
	strangers strangers
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
	r, err := rotate.New(ctx, b, rotate.Options{Key: t.Profile.KeyName, Profile: name, KeepOld: true, Yes: o.Yes, DryRun: o.DryRun, Leaked: !o.KeepKey})
	if err != nil {
		return nil, err
	}
	return &revocation{broker: b, report: b.Report, rotation: r, o: o, profile: r.Targets[0], pause: productionRevokeWaits}, nil
}

func (v *revocation) run(ctx context.Context) (out Result, err error) {
	unlock, err := v.rotation.Lock()
	if err != nil {
		return out, err
	}
	defer unlock()
	defer func() { err = v.withWarnings(err) }()
	if err := v.readState(ctx); err != nil {
		return out, err
	}
	resumed := v.note != nil
	if resumed && v.o.DryRun {
		v.report.Step("an earlier revoke is not finished; the next run will finish it first")
		return v.outcome(), nil
	}
	if resumed {
		err = v.resume(ctx)
	} else {
		err = v.start(ctx)
	}
	if err != nil || v.o.DryRun {
		return v.outcome(), err
	}
	err = v.runStages(ctx)
	if failure.Is(err, failure.Refused) && !resumed && !v.changed && !v.rotation.IsCut() {
		v.broker.Debug("note: %v", v.forgetNote()) // there is nothing to go on with
	}
	out = v.outcome()
	if out.Resumed = resumed; err == nil {
		err = v.forgetNote()
	}
	return out, err
}

// withWarnings adds to a failure what is not done yet, and in its last line that
// the leaked key may still work.
func (v *revocation) withWarnings(err error) error {
	if v.note != nil {
		err = failure.WithHint(err, "REVOKE IS NOT FINISHED; to resume, run again: awsbroker revoke --profile %s", say.ShellWord(v.profile.Profile.Name))
	}
	if !v.agreed || v.o.KeepKey || v.rotation.IsCut() || v.note != nil && v.note.Stage != stageReplace {
		return err
	}
	return failure.WithHint(err, "THE LEAKED KEY MAY STILL WORK; have any administrator deactivate it now: "+
		"aws iam update-access-key --user-name %s --access-key-id %s --status Inactive",
		say.ShellWord(v.user.UserName()), v.rotation.Actor.AccessKey.AccessKeyID)
}

// readState reads what there is: the key, whose it is, what was left undone.
func (v *revocation) readState(ctx context.Context) (err error) {
	if v.left, v.halfway, err = v.rotation.ReadState(ctx); err != nil {
		return err
	}
	v.user = v.rotation.User
	switch account, _ := awsapi.SplitARN(v.profile.Profile.RoleARN); {
	case v.profile.Profile.RoleARN == "":
	case account == v.user.Account:
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
	v.rotation.Access = access.New(v.rotation.Actor, v.rotation.Targets, v.user.ARN)
	v.rotation.Access.Patience, v.rotation.Access.Again, v.rotation.Access.Silent = v.rotation.Waits.Prove, v.rotation.Waits.Again, v.o.DryRun
	v.rotation.Access.Saying, v.rotation.Access.Object, v.rotation.Access.Policy = "acting", v.describeObject(), v.permissions()
}

// resume goes on where an earlier run was ended.
func (v *revocation) resume(ctx context.Context) error {
	v.report.Step("an earlier revoke is not finished")
	v.agreed = true
	putBack := v.rotation.Actor.AccessKey.AccessKeyID == v.note.Old
	switch {
	case v.note.KeepKey && !v.o.KeepKey, !v.note.KeepKey && (v.halfway || putBack):
		v.note.KeepKey, v.note.Stage = false, stageReplace
	}
	if !v.note.Cutoff.IsZero() && (v.note.Stage == stageReplace || v.note.Stage == stageDeny) {
		if err := v.dropSessions(); err != nil { // they may be from before the deny
			return err
		}
		v.young = true
	}
	// What is made before a cutoff that may be in AWS already is of no use.
	v.until = latestOf(v.note.Cutoff, latestOf(v.note.LastUser, v.note.LastRole))
	return v.untilPast(ctx)
}

// start says what will be done, and asks. Where the key stays, all that it takes
// is read first; a leaked key is replaced without that, whatever else is allowed.
func (v *revocation) start(ctx context.Context) error {
	if v.o.DryRun {
		return v.rehearse(ctx)
	}
	if err := v.rotation.Actor.Confirm(ctx, v.plan(), "Revoke them now?"); err != nil {
		return err
	}
	v.agreed = true
	n := notes.Revocation{Key: v.rotation.Name, Profile: v.profile.Profile.Name, ARN: v.user.ARN, Role: v.role,
		Old: v.rotation.Actor.AccessKey.AccessKeyID, KeepKey: v.o.KeepKey, Stage: stageReplace}
	if v.o.KeepKey {
		n.Stage = stageLast
		if err := v.probe(ctx); err != nil {
			return err
		}
	}
	if err := v.keepNote(n); err != nil {
		err = failure.New(failure.Other, "the note of the revocation could not be written: %w", err)
		if v.o.KeepKey {
			return err
		}
		v.note = &n
		err = v.deactivateAnyway(ctx, err)
		v.note = nil
		return err
	}
	return nil
}

// runStages goes through the stages that are left, and notes each before the next.
func (v *revocation) runStages(ctx context.Context) error {
	for {
		var next string
		var err error
		switch v.note.Stage {
		case stageReplace:
			next, err = stageDeny, v.replaceKey(ctx)
		case stageDeny:
			next, err = stageRetire, v.denyFirst(ctx)
		case stageRetire:
			if err = v.retireOld(ctx); err == nil {
				err = v.offerStrangers(ctx)
			}
			next = stageLast
		default:
			if err = v.denyLast(ctx); err == nil {
				return nil
			}
		}
		if err != nil && v.userIsGone(ctx, err) {
			return v.endWithoutUser(ctx)
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
