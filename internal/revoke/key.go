package revoke

import (
	"context"
	"errors"
	"fmt"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/wait"
)

// replaceKey does what a rotation does, and leaves the old key inactive. A
// rotation that an earlier run left is finished, which may be all there is to do.
func (v *revocation) replaceKey(ctx context.Context) error {
	if v.rotation.Actor.AccessKey.AccessKeyID == v.note.Old {
		v.before = v.rotation.Actor.AccessKey
	}
	if v.halfway {
		v.halfway = false
		next, err := v.rotation.Resume(ctx, v.left)
		if err != nil {
			return err
		}
		if next.AccessKeyID != "" {
			if err := v.rotation.Finish(ctx, next); err != nil {
				return err
			}
		}
	}
	if v.rotation.Actor.AccessKey.AccessKeyID != v.note.Old {
		return nil
	}
	next, err := v.rotation.Begin(ctx)
	if err != nil {
		return err
	}
	return v.rotation.Finish(ctx, next)
}

// retireOld sees to it that AWS refuses the old key, and offers to delete it.
func (v *revocation) retireOld(ctx context.Context) error {
	old := v.note.Old
	err := v.rotation.DoStep("retire", func() error {
		return v.rotation.Access.Do(ctx, func(ctx context.Context, c *iam.Client) error {
			return c.SetKeyActive(ctx, v.rotation.User.UserName(), old, false)
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
	text := fmt.Sprintf("the old key %s is inactive, and AWS refuses it", old)
	if accepted || v.before.AccessKeyID == "" {
		text = fmt.Sprintf("the old key %s is inactive", old)
	}
	err = v.rotation.Actor.Confirm(ctx, text, "delete it for good?")
	switch {
	case errors.Is(err, broker.ErrDeclined):
		n.OldStays = true
	case err != nil:
		return err
	default:
		if err := v.rotation.DeleteKey(ctx, "delete old", old); err != nil {
			return err
		}
		v.rotation.Actor.Broker.Report.Step(old + " is deleted")
	}
	v.note = &n // written with the next stage
	return nil
}

// oldRefused waits until AWS refuses the old key: what is made with it until
// then has to be denied as well.
func (v *revocation) oldRefused(ctx context.Context) (accepted bool, err error) {
	if v.before.AccessKeyID == "" {
		v.rotation.Actor.Broker.Report.Step(fmt.Sprintf("waiting %s until AWS refuses %s, whose secret is gone from here", say.Duration(v.pause.blind), v.note.Old))
		if !v.rotation.Actor.Broker.Clock.Pause(ctx, v.pause.blind) {
			err = failure.Interrupted("until AWS refuses %s", v.note.Old)
		}
		return false, err
	}
	clock := v.rotation.Actor.Broker.Clock
	started := clock.Now()
	end, _ := wait.For(ctx, v.patience(v.note.Old), func(ctx context.Context) (refused bool, err error) {
		_, err = v.rotation.CallerIdentity(ctx, v.before)
		return awsapi.Is(err, awsapi.UnknownKey), err
	})
	switch end {
	case wait.Interrupted:
		return false, failure.Interrupted("until AWS refuses %s", v.note.Old)
	case wait.Over:
		v.rotation.Actor.Broker.Warn("after %s AWS still accepts %s, which is inactive", say.Duration(clock.Now().Sub(started)), v.note.Old)
		return true, nil
	}
	v.rotation.Actor.Broker.Report.Step("AWS refuses " + v.note.Old)
	return false, nil
}
