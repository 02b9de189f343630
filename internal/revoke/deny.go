package revoke

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/policy"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/wait"
)

// probe reads the policies that are going to be changed, so that what is not
// allowed comes to light before one of them is; in a rehearsal the keys as well.
func (v *revocation) probe(ctx context.Context) error {
	holders := v.holders()
	slices.Reverse(holders) // the role first: fewer may read it
	for _, h := range holders {
		if _, err := v.readCutoff(ctx, h); err != nil {
			return err
		}
	}
	if v.o.KeepKey || v.agreed {
		return nil
	}
	_, _, err := v.rotation.ListKeys(ctx)
	return err
}

// readCutoff returns the cutoff of a holder that is in AWS; zero where there is none.
func (v *revocation) readCutoff(ctx context.Context, h holder) (time.Time, error) {
	var doc string
	err := v.callIAM(ctx, func(ctx context.Context, c *iam.Client) (err error) {
		doc, err = h.get(ctx, c)
		return err
	})
	if awsapi.Is(err, awsapi.NotThere) {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, v.rotation.IAMFailure(err)
	}
	t, ok := policy.ParseCutoff(doc)
	if !ok {
		return t, failure.New(failure.Other, "the %s %s already has a different policy %s, which revoke would overwrite", h.kind, h.name, policy.RevokeName).
			Hint("show it with: aws iam get-%s-policy --%s-name %s --policy-name %s", h.kind, h.kind, say.ShellWord(h.name), policy.RevokeName).
			Hint("then rename or delete it, and run this again")
	}
	if now, err := v.awsTime(ctx); err != nil || t.After(now.Add(5*time.Minute)) {
		if err != nil {
			return t, err
		}
		return t, failure.New(failure.Other, "the policy %s of the %s %s denies all sessions until %s, so new ones would not work", policy.RevokeName, h.kind, h.name, t.Format(time.RFC3339)).
			Hint("delete it first: aws iam delete-%s-policy --%s-name %s --policy-name %s", h.kind, h.kind, say.ShellWord(h.name), policy.RevokeName)
	}
	return t, nil
}

// callIAM makes a call to IAM. Where the deny that comes first has ended the
// session, another one is got, once.
func (v *revocation) callIAM(ctx context.Context, call func(context.Context, *iam.Client) error) error {
	err := v.rotation.Access.Do(ctx, call)
	if !v.ended || !failure.Is(err, failure.Refused) {
		return err
	}
	if err := v.renewAccess(ctx); err != nil {
		return err
	}
	return v.rotation.Access.Do(ctx, call)
}

// putDeny denies a holder everything with sessions issued before cutoff. A later
// time that AWS has already stays, and is returned.
func (v *revocation) putDeny(ctx context.Context, step string, h holder, cutoff time.Time) (time.Time, error) {
	there, err := v.readCutoff(ctx, h)
	if err != nil {
		return there, err
	}
	if !there.Before(cutoff) {
		v.until = latestOf(v.until, there)
		return there, nil
	}
	err = v.rotation.DoStep(step+" "+h.kind, func() error {
		return v.callIAM(ctx, func(ctx context.Context, c *iam.Client) error { return h.put(ctx, c, policy.DenyBefore(cutoff)) })
	})
	if err != nil {
		return cutoff, v.rotation.IAMFailure(err)
	}
	v.changed, v.ended, v.until = true, true, latestOf(v.until, cutoff)
	v.report.Step(fmt.Sprintf("sessions of the %s %s created before %s are denied", h.kind, h.name, cutoff.Format("15:04:05 MST")))
	return cutoff, nil
}

// denyFirst denies what was issued until now, and ends our own session with it.
func (v *revocation) denyFirst(ctx context.Context) error {
	if err := v.probe(ctx); err != nil {
		return err
	}
	if v.note.Cutoff.IsZero() {
		now, err := v.awsTime(ctx)
		if err != nil {
			return err
		}
		n := *v.note
		n.Cutoff = now.Add(time.Second)
		if err := v.keepNote(n); err != nil {
			return failure.New(failure.Other, "%w", err)
		}
	}
	for _, h := range v.holders() {
		if _, err := v.putDeny(ctx, "deny", h, v.note.Cutoff); err != nil {
			return err
		}
	}
	if err := v.dropSessions(); err != nil {
		return err
	}
	if !v.young {
		if err := v.untilRefused(ctx); err != nil {
			return err
		}
	}
	if err := v.finishKey(ctx); err != nil {
		return err
	}
	if v.young {
		v.ended = false
		return nil
	}
	return v.renewAccess(ctx)
}

// denyLast denies what was issued meanwhile. The call that ends our own
// session is the last one.
func (v *revocation) denyLast(ctx context.Context) error {
	done, err := v.lastIsThere(ctx)
	if err != nil {
		return err
	}
	if !done {
		// Who is denied first depends on the way into IAM, which reading finds.
		if err := v.probe(ctx); err != nil {
			return err
		}
		now, err := v.awsTime(ctx)
		if err != nil {
			return err
		}
		n := *v.note
		n.LastUser, n.LastRole = now.Add(time.Second), now.Add(v.pause.margin)
		if err := v.keepNote(n); err != nil {
			return failure.New(failure.Other, "%w", err)
		}
		for _, h := range v.holders() {
			is, err := v.putDeny(ctx, "last", h, v.lastOf(h))
			if err != nil {
				return err
			}
			if h.kind == "user" {
				v.note.LastUser = is
			} else {
				v.note.LastRole = is
			}
		}
		if err := v.untilRefused(ctx); err != nil {
			return err
		}
	}
	if err := v.dropSessions(); err != nil {
		return err
	}
	if err := v.untilPast(ctx); err != nil {
		return err
	}
	return v.dropSessions() // and those that somebody got meanwhile
}

func (v *revocation) lastOf(h holder) time.Time {
	if h.kind == "user" {
		return v.note.LastUser
	}
	return v.note.LastRole
}

// lastIsThere reports whether an earlier run had come to its last call.
func (v *revocation) lastIsThere(ctx context.Context) (bool, error) {
	if v.note.LastUser.IsZero() {
		return false, nil
	}
	for _, h := range v.holders() {
		is, err := v.readCutoff(ctx, h)
		if err != nil || is.Before(v.lastOf(h)) {
			return false, err
		}
		v.until = latestOf(v.until, is)
	}
	return true, nil
}

// renewAccess makes the next call to IAM get a session from after the denies.
func (v *revocation) renewAccess(ctx context.Context) error {
	if err := v.untilPast(ctx); err != nil {
		return err
	}
	v.ended = false
	v.newAccess()
	return nil
}

// untilPast waits until new sessions are not denied any more.
func (v *revocation) untilPast(ctx context.Context) error {
	var left time.Duration
	stop := func() {}
	up := wait.Up{Every: v.rotation.Waits.Again, Clock: v.broker.Clock}
	up.Say = sync.OnceFunc(func() {
		if left > 2*time.Second {
			stop = v.report.Waiting("until AWS no longer denies new sessions; this is normal, and there is nothing to do", left)
		}
	})
	defer func() { stop() }()
	end, err := wait.For(ctx, up, func(ctx context.Context) (past bool, err error) {
		now, err := v.awsTime(ctx)
		left = v.until.Sub(now)
		return err != nil || left <= 0, err
	})
	if end == wait.Interrupted {
		return failure.Interrupted("for the deny to pass")
	}
	return err
}

// waitUntilRefused looks until AWS refuses what is named.
func (v *revocation) waitUntilRefused(ctx context.Context, what string, look func(context.Context) (bool, error)) wait.End {
	stop := func() {}
	defer func() { stop() }()
	end, _ := wait.For(ctx, wait.Up{
		To: v.pause.refused, Every: v.rotation.Waits.Again, Clock: v.broker.Clock,
		Say: sync.OnceFunc(func() { stop = v.report.Waiting("until AWS refuses "+what, v.pause.refused) }),
	}, look)
	return end
}

// untilRefused waits until AWS refuses the session that was used, which is how
// a deny is seen to be in force.
func (v *revocation) untilRefused(ctx context.Context) error {
	w := v.rotation.Access.Way
	if v.rotation.Access.Client == nil || w.Own || !w.User && w.Target.Profile.RoleARN != v.role {
		v.report.Step("AWS may need some seconds to apply it")
		return nil
	}
	user := iam.UserNamed(v.user.UserName())
	clock := v.broker.Clock
	started := clock.Now()
	end := v.waitUntilRefused(ctx, "the session that did this", func(ctx context.Context) (refused bool, err error) {
		err = v.rotation.Access.Peek(ctx, func(ctx context.Context, c *iam.Client) error {
			_, err := c.Inline(ctx, user, policy.RevokeName)
			return err
		})
		return awsapi.NotAllowed(err), err
	})
	switch end {
	case wait.Interrupted:
		return failure.Interrupted("until the deny is in force")
	case wait.Over:
		v.broker.Warn("after %s AWS still accepts the denied session; it may need some minutes", say.Duration(clock.Now().Sub(started)))
	default:
		v.report.Step("AWS refuses the session that did this: the deny works")
	}
	return nil
}
