package revoke

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/wait"
)

// replaceKey makes the leaked key useless: a new key is made and stored, and the
// leaked one deactivated, by the first session that is allowed to. Where no new
// key can be had, the leaked one is deactivated all the same: that takes one call
// and no quota, and can be taken back.
func (v *revocation) replaceKey(ctx context.Context) error {
	err := v.makeSuccessor(ctx)
	if err == nil || v.rotation.IsCut() {
		return err
	}
	return v.deactivateAnyway(ctx, err)
}

// makeSuccessor gets a new key, or that of a rotation which an earlier run left,
// and puts it in the place of the leaked one.
func (v *revocation) makeSuccessor(ctx context.Context) (err error) {
	if v.rotation.Actor.AccessKey.AccessKeyID == v.note.Old {
		v.old = v.rotation.Actor.AccessKey
	}
	if v.halfway {
		v.halfway = false
		if v.next, err = v.rotation.Resume(ctx, v.left); err != nil {
			return err
		}
		if v.next.AccessKeyID == v.note.Old { // the rotation was to this key, which has leaked
			if err := v.finishKey(ctx); err != nil {
				return err
			}
		}
	}
	if v.next.AccessKeyID == "" && v.rotation.Actor.AccessKey.AccessKeyID == v.note.Old {
		if v.next, err = v.rotation.Begin(ctx); err != nil {
			return err
		}
	}
	if v.next.AccessKeyID == "" { // another key is there already
		return v.rotation.Deactivate(ctx, v.note.Old)
	}
	return v.rotation.CutOff(ctx, v.next)
}

// finishKey waits until AWS knows the new key everywhere, and removes what the
// replacement left on disk.
func (v *revocation) finishKey(ctx context.Context) error {
	if v.next.AccessKeyID == "" {
		return nil
	}
	err := v.rotation.Finish(ctx, v.next)
	if err == nil {
		v.next = credential.Credentials{}
	}
	return err
}

// deactivateAnyway deactivates the leaked key after cause, for which it could not
// be replaced. Nobody is asked for anything, and an interrupt does not end it.
func (v *revocation) deactivateAnyway(ctx context.Context, cause error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), v.rotation.Waits.Call)
	defer cancel()
	v.rotation.Access.Silent = true
	if v.rotation.Access.IsOwn() {
		// Once the key is inactive nothing is signed any more, so the denies come first.
		if now, err := v.awsTime(ctx); err == nil {
			for _, h := range v.holders() {
				if _, err := v.putDeny(ctx, "deny", h, now.Add(time.Second)); err != nil {
					v.broker.Debug("deny: %s", err.Error())
				}
			}
		}
	}
	err := v.rotation.Deactivate(ctx, v.note.Old)
	if err != nil { // the way that was refused something may be allowed this
		v.newAccess()
		v.rotation.Access.Silent = true
		err = v.rotation.Deactivate(ctx, v.note.Old)
	}
	if err != nil {
		v.broker.Debug("deactivate: %s", err.Error())
		return cause
	}
	return failure.WithHint(cause, "the leaked key %s is inactive, so nobody can use it; there is no new key yet", v.note.Old)
}

// retireOld sees to it that AWS refuses the old key, and offers to delete it.
func (v *revocation) retireOld(ctx context.Context) error {
	old := v.note.Old
	err := v.rotation.DoStep("retire", func() error {
		return v.rotation.Access.Do(ctx, func(ctx context.Context, c *iam.Client) error {
			return c.SetKeyActive(ctx, v.user.UserName(), old, false)
		})
	})
	if awsapi.Is(err, awsapi.NotThere) {
		return nil
	}
	if err != nil {
		return v.rotation.IAMFailure(err)
	}
	accepted, err := v.oldRefused(ctx)
	if err != nil {
		return err
	}
	n := *v.note
	n.OldAccepted, n.OldStays = accepted, false
	text := fmt.Sprintf("The old key %s is inactive, and AWS refuses it.", old)
	if accepted || v.old.AccessKeyID == "" {
		text = fmt.Sprintf("The old key %s is inactive.", old)
	}
	err = v.rotation.Actor.Confirm(ctx, text, "Delete it for good?")
	switch {
	case errors.Is(err, broker.ErrDeclined):
		n.OldStays = true
	case err != nil:
		return err
	default:
		if err := v.rotation.DeleteKey(ctx, "delete old", old); err != nil {
			return err
		}
		v.report.Step(old + " is deleted")
	}
	v.note = &n // written with the next stage
	return nil
}

// oldRefused waits until AWS refuses the old key: what is made with it until
// then has to be denied as well.
func (v *revocation) oldRefused(ctx context.Context) (accepted bool, err error) {
	if v.old.AccessKeyID == "" {
		defer v.report.Waiting("until AWS refuses "+v.note.Old+", whose secret was deleted here", v.pause.blind)()
		if !v.broker.Clock.Pause(ctx, v.pause.blind) {
			err = failure.Interrupted("until AWS refuses %s", v.note.Old)
		}
		return false, err
	}
	clock := v.broker.Clock
	started := clock.Now()
	end := v.waitUntilRefused(ctx, v.note.Old, func(ctx context.Context) (refused bool, err error) {
		_, err = v.rotation.CallerIdentity(ctx, v.old)
		return awsapi.Is(err, awsapi.UnknownKey), err
	})
	switch end {
	case wait.Interrupted:
		return false, failure.Interrupted("until AWS refuses %s", v.note.Old)
	case wait.Over:
		v.broker.Warn("after %s AWS still accepts %s, although it is inactive", say.Duration(clock.Now().Sub(started)), v.note.Old)
		return true, nil
	}
	v.report.Step("AWS refuses " + v.note.Old)
	return false, nil
}
