package broker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/session"
)

// replaceKey does what a rotation does, and leaves the old key inactive. A
// rotation that an earlier run left is finished, which may be all there is to do.
func (v *revocation) replaceKey(ctx context.Context) error {
	if v.key.AccessKeyID == v.note.Old {
		v.before = v.key
	}
	if v.halfway {
		v.halfway = false
		next, err := v.resume(ctx, v.left)
		if err != nil {
			return err
		}
		if next.AccessKeyID != "" {
			if err := v.finish(ctx, next); err != nil {
				return err
			}
		}
	}
	if v.key.AccessKeyID != v.note.Old {
		return nil
	}
	next, err := v.begin(ctx)
	if err != nil {
		return err
	}
	return v.finish(ctx, next)
}

// retireOld sees to it that AWS refuses the old key, and offers to delete it.
func (v *revocation) retireOld(ctx context.Context) error {
	old := v.note.Old
	err := v.step("retire", func() error {
		return v.access.do(ctx, func(ctx context.Context, c *iam.Client) error {
			return c.SetKeyActive(ctx, v.user.UserName(), old, false)
		})
	})
	if awsapi.Is(err, awsapi.NotThere) {
		return nil
	}
	if err != nil {
		return v.iamFailure(err)
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
	err = v.confirm(ctx, text, "delete it for good?")
	switch {
	case errors.Is(err, ErrDeclined):
		n.OldStays = true
	case err != nil:
		return err
	default:
		if err := v.deleteKey(ctx, "delete old", old); err != nil {
			return err
		}
		v.Report.Step(old + " is deleted")
	}
	v.note = &n // written with the next stage
	return nil
}

// oldRefused waits until AWS refuses the old key: what is made with it until
// then has to be denied as well.
func (v *revocation) oldRefused(ctx context.Context) (accepted bool, err error) {
	if v.before.AccessKeyID == "" {
		v.Report.Step(fmt.Sprintf("waiting %s until AWS refuses %s, whose secret is gone from here", Words(v.pause.blind), v.note.Old))
		if !session.Pause(ctx, v.pause.blind) {
			err = failed(NeedPerson, "interrupted while waiting until AWS refuses %s", v.note.Old)
		}
		return false, err
	}
	for started, told := time.Now(), false; ; {
		_, err := v.callerIdentity(ctx, v.before)
		switch {
		case awsapi.Is(err, awsapi.UnknownKey):
			v.Report.Step("AWS refuses " + v.note.Old)
			return false, nil
		case time.Since(started) > v.pause.refused:
			v.warn("after %s AWS still accepts %s, which is inactive", Words(time.Since(started)), v.note.Old)
			return true, nil
		case !told:
			told = true
			v.Report.Step(fmt.Sprintf("waiting until AWS refuses %s, up to %s", v.note.Old, Words(v.pause.refused)))
		}
		if !session.Pause(ctx, v.waits.again) {
			return false, failed(NeedPerson, "interrupted while waiting until AWS refuses %s", v.note.Old)
		}
	}
}
