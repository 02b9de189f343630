package broker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/grants"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/sts"
)

// request is one attempt to get one session.
type request struct {
	actor *Actor
	want  Want
	old   session.Session // a session that is still good, though perhaps not for long
	since time.Time
	round *round // what was got beside it; nil: nothing
	asked bool   // a person, a command or AWS was asked: how it ends is news to others
	coded bool   // it could not be had without a code
	how   grants.How

	signs bool // the session is not for a caller: it asks for another one
	renew bool // the one that is cached was refused
}

// session is the cached one if it will do, or a new one.
func (r *request) session(ctx context.Context) (session.Session, error) {
	if r.actor.Target.Key.AccessKeyID == "" {
		// The record does not know the key: without its id there is no cache key.
		err := r.openKey(ctx)
		r.actor.Asker.Close() // who waits for a lock must not keep its holder from the terminal
		if err != nil {
			return session.Session{}, err
		}
	}
	r.old, _ = r.actor.Target.Cached(r.actor.Cache, r.since)
	if s, ok := r.fromCache(); ok {
		r.actor.Broker.Debug("cache: %s with %s left", r.kind(), say.Duration(s.Left(r.since)))
		return s, nil
	}
	r.actor.Broker.Debug("cache: %s", r.miss())
	if err := r.checkDevice(); err != nil {
		return session.Session{}, err
	}
	s, err := r.underLock(ctx)
	if err == nil || r.old.Left(time.Now()) <= 0 {
		return s, err
	}
	if r.fresh() || r.want.Strict || errors.Is(ctx.Err(), context.Canceled) {
		return s, err
	}
	// An early renewal that did not work out: what is there is still good.
	_ = r.actor.Cache.Decline(r.actor.Target.cacheKey(), r.old, r.renewAgain())
	r.how = grants.Cached
	r.actor.Broker.Warn("the session could not be renewed (%v); the old one ends in %s", err, say.Duration(r.old.Left(time.Now())))
	return r.old, nil
}

// openKey notes whether a person was asked for something on the way.
func (r *request) openKey(ctx context.Context) error {
	err := r.actor.OpenKey(ctx)
	if err != nil {
		r.asked = r.asked || r.actor.Asker.ladder != nil || errors.Is(err, keystore.ErrDismissed)
	}
	return err
}

// kind of session it is, in words.
func (r *request) kind() string {
	if r.actor.Target.mfa {
		return "an MFA session"
	}
	return "a session"
}

// signer is what asks for the session: another session, or nil for the key.
func (r *request) signer() *Target { return r.round.signer(r.actor.Target) }

// takesCode is that of the target, unless a session for the moment gives it.
func (r *request) takesCode() bool { return r.signer() == nil && r.actor.Target.TakesCode() }

// lockName is that of the device if this request needs a code.
func (r *request) lockName() string {
	if r.takesCode() || !r.actor.Target.TakesCode() {
		return r.actor.Target.deviceLock()
	}
	return "session:" + r.actor.Target.cacheKey()
}

// fresh reports whether only a session will do that is made from now on.
func (r *request) fresh() bool { return r.want.Fresh || r.renew }

// minLeft is the life under which the session is renewed.
func (r *request) minLeft(now time.Time) time.Duration {
	if r.signs {
		return signingLeft
	}
	return r.actor.Target.minLeft(r.actor.Target.Asks(r.actor.Cache, now))
}

// suffices reports whether s has the life that the caller wants. Where no
// session has that much, half of what there can be will do, or nothing would;
// who is strict is told so.
func (r *request) suffices(s session.Session, now time.Time) bool {
	life := s.Expiration.Sub(s.Issued)
	return s.Left(now) > r.want.MinLeft || life <= r.want.MinLeft && s.Left(now) > life/2
}

// fromCache returns a session that will do without asking anyone.
func (r *request) fromCache() (session.Session, bool) {
	if s, ok := r.round.has(r.actor.Target); ok {
		return s, true
	}
	now := time.Now()
	s, ok := r.actor.Target.Cached(r.actor.Cache, now)
	if !ok {
		return s, false
	}
	if r.fresh() {
		return s, s.Issued.After(r.since) && !s.Issued.After(now) // somebody else just asked for it, or the clock was set back
	}
	if r.want.Strict && s.Left(now) < r.want.MinLeft {
		return s, false
	}
	return s, enough(s, r.minLeft(now), now) && r.suffices(s, now) || r.actor.Cache.Declined(r.actor.Target.cacheKey(), s, now)
}

// renewAgain is when an early renewal that failed may be tried again: a person
// is asked once a session, AWS once a minute.
func (r *request) renewAgain() time.Time {
	if r.coded || r.takesCode() {
		return r.old.Expiration
	}
	return time.Now().Add(time.Minute)
}

// miss says why the cache has no answer.
func (r *request) miss() string {
	switch {
	case r.actor.Cache == nil:
		return "there is none"
	case r.old.AccessKeyID == "":
		return "none for these settings: " + r.kind()
	case r.fresh():
		return "wanted anew: " + r.kind()
	}
	return fmt.Sprintf("%s has only %s left", r.kind(), say.Duration(r.old.Left(r.since)))
}

// underLock waits until this process is the only one that asks for a code of
// the device, or until another one's answer arrives.
func (r *request) underLock(ctx context.Context) (session.Session, error) {
	asking, cancel := context.WithDeadline(ctx, r.actor.Broker.Started.Add(r.actor.Broker.Limits.Question))
	defer cancel()
	var s session.Session
	var err error
	lock := session.NewLock(r.actor.Broker.SessionDir(), r.lockName())
	tell := r.actor.Broker.TellWaiting(func() string {
		return fmt.Sprintf("waiting for another awsbroker (process %d), which is getting a session", lock.Holder())
	})
	done, lockErr := lock.Await(asking, func() (found bool) {
		tell()
		if s, found = r.fromCache(); found {
			return true
		}
		if f, ok := r.actor.Cache.Failure(r.actor.Target.cacheKey()); ok && r.followsOthers() && f.Source == r.codesFrom() && f.Applies(session.JobID(), r.since, time.Now()) {
			err, found = remembered(f), true
		}
		return found
	})
	switch {
	case done:
		r.actor.Broker.Debug("another process asked; taking its answer")
		return s, err
	case errors.Is(lockErr, session.ErrLockWait):
		return s, r.lockFailure(ctx, lock.Holder())
	case lockErr != nil:
		r.actor.Broker.Debug("no lock: %v", lockErr)
	default:
		defer func() { _ = lock.Unlock() }()
	}
	s, err = r.ask(asking)
	if err != nil && r.asked {
		r.remember(err)
	}
	return s, err
}

// followsOthers reports whether the failed question of another process answers
// this request, too. Who logs in, or brings a code along, wants their own.
func (r *request) followsOthers() bool { return !r.want.Fresh && r.actor.Broker.Code.IsEmpty() }

// ask has STS make a session, which another one asks for, or the key with a
// code. The keychain goes before the code: its passphrase must not land in the
// question for that.
func (r *request) ask(ctx context.Context) (session.Session, error) {
	if r.signer() != nil {
		return r.assume(ctx)
	}
	if r.actor.AccessKey.AccessKeyID == "" {
		if err := r.openKey(ctx); err != nil {
			return session.Session{}, err
		}
		// The record named another key: the session may be there under this one.
		if s, ok := r.fromCache(); ok {
			return s, nil
		}
	}
	client, err := sts.New(r.actor.Target.Endpoint)
	if err != nil {
		return session.Session{}, r.actor.Target.Failure(err)
	}
	if err := r.refuseUnknownRoot(ctx, client); err != nil {
		return session.Session{}, err
	}
	creds, err := r.withCode(ctx, func(code credential.Secret) (credential.Credentials, error) {
		r.asked = true
		return r.fetch(ctx, client, r.actor.AccessKey, code)
	})
	if err != nil {
		return session.Session{}, err
	}
	return r.made(creds)
}

// made is a session that AWS just gave, and keeps it.
func (r *request) made(creds credential.Credentials) (session.Session, error) {
	s := r.actor.Target.sessionOf(creds)
	if s.Left(time.Now()) <= 0 {
		return s, failure.New(failure.Refused, "AWS returned a session that ended at %s", s.Expiration.Format(time.RFC3339)).
			Hint("check this machine's clock")
	}
	r.how = grants.Renewed
	if r.coded {
		r.how = grants.Asked
	}
	r.keep(s)
	return s, nil
}

// fetch calls STS, signed by creds. A code that is in hand is used to the end
// even if whoever asked has gone: it cannot be used a second time.
func (r *request) fetch(ctx context.Context, client *sts.Client, by credential.Credentials, code credential.Secret) (credential.Credentials, error) {
	if !code.IsEmpty() {
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := context.WithDeadline(ctx, latest(r.actor.Broker.Started.Add(r.actor.Broker.Limits.Run), time.Now().Add(10*time.Second)))
	defer cancel()
	started := time.Now()
	mfa := sts.MFA{Serial: r.actor.Target.Profile.MFASerial, Code: code}
	var creds credential.Credentials
	var err error
	if r.actor.Target.Profile.RoleARN == "" {
		creds, err = client.SessionToken(ctx, by, r.life(), mfa)
	} else {
		creds, err = client.AssumeRole(ctx, by, r.actor.Target.role(), mfa)
	}
	r.actor.Broker.Debug("sts: %s in %s", outcome(err), time.Since(started).Round(time.Millisecond))
	return creds, err
}

// life of the session that is asked for.
func (r *request) life() time.Duration {
	if r.actor.Target.mfa && !r.actor.Target.passing && r.want.For > 0 {
		return r.want.For
	}
	return r.actor.Target.Profile.Duration
}

// keep stores a session. One that cannot be stored was still paid for, and is
// returned all the same. What grows is put away here, where a process seldom
// comes, and only one for a device.
func (r *request) keep(s session.Session) {
	r.round.add(r.actor.Target, s)
	if r.actor.Target.passing {
		return
	}
	if r.signer() == nil {
		r.actor.Broker.rotateLog()
	}
	if err := r.actor.Cache.Put(r.actor.Target.cacheKey(), s); err != nil {
		r.actor.Broker.Warn("the session could not be kept, so the next call will need another: %s", err.Error())
		return
	}
	r.actor.Cache.Sweep(time.Now())
	session.KeepKey(r.actor.Broker.SessionDir())
}

// remember how the question ended, for those who wait and for this job's
// second try.
func (r *request) remember(err error) {
	var f *failure.Error
	if !errors.As(err, &f) {
		return
	}
	n := session.Failure{Ended: time.Now(), Job: session.JobID(), Source: r.codesFrom(), Reason: int(f.Reason), Message: f.Message}
	if len(f.Hints) > 0 {
		n.Hint = f.Hints[0]
	}
	_ = r.actor.Cache.Failed(r.actor.Target.cacheKey(), n)
}

// codesFrom names who would give a code: profiles that share an MFA session may
// differ in that, and one's failure is not the other's.
func (r *request) codesFrom() string {
	p := r.actor.Target.first().Profile
	ways, _ := prompt.ParseWays(p.Prompt) // config has checked it
	return session.CacheKey(p.MFAProcess, p.MFASeed, fmt.Sprint(r.actor.Broker.Prompt.Or(ways).List()))
}

func remembered(f session.Failure) error {
	out := failure.New(failure.Reason(f.Reason), "%s", f.Message)
	if f.Hint != "" {
		out.Hints = []string{f.Hint}
	}
	return out
}

func (r *request) lockFailure(ctx context.Context, holder int) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return questionFailure(prompt.ErrCancelled, r.actor.Target)
	}
	if !r.actor.Target.Asks(r.actor.Cache, time.Now()) {
		return failure.New(failure.Unreachable, "gave up waiting for another awsbroker (process %d) that waits for AWS", holder).
			Hint("try again in a moment")
	}
	f := failure.New(failure.NeedPerson, "gave up waiting for another awsbroker (process %d) that asks for a code of %s", holder, r.actor.Target.first().Profile.MFASerial)
	return f.Hint("answer its question, or run: awsbroker login --profile %s", say.ShellWord(r.actor.Target.Profile.Name))
}

func latest(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func outcome(err error) string {
	if err == nil {
		return "a session"
	}
	return say.Clean(err.Error())
}
