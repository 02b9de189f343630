package broker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/grants"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/sts"
)

// Want is what a command needs of a session.
type Want struct {
	MinLeft time.Duration // at least this much life, if it can be had
	Fresh   bool          // a new one, even if the old would do
	For     time.Duration // life of a new MFA session (awsbroker_mfa_session); 0: as the profile says
}

// Session returns a session for the profile: the cached one if it will do, or
// a new one, for which one process asks on behalf of all that wait.
func (b *Broker) Session(ctx context.Context, profile string, want Want) (session.Session, error) {
	if err := CheckRecursion(profile); err != nil {
		return session.Session{}, err
	}
	call := session.NewCall(profile, b.Paths)
	t, err := b.Target(profile)
	if err != nil {
		return session.Session{}, err
	}
	s, how, err := b.sessionOf(ctx, t, want)
	if err != nil {
		return s, err
	}
	b.granted(t, s, how)
	if !b.flagged() {
		cache, _ := b.cache(ctx)
		known := session.Known{RoleARN: t.Profile.RoleARN, LogOff: t.Profile.LogOff}
		_ = cache.Remember(call, t.cacheKey(), served(s, t.minLeft(0)), s.Expiration, known)
	}
	return s, nil
}

// flagged reports whether flags changed which session it is. What it came to
// is not the answer to the same call without them.
func (b *Broker) flagged() bool {
	return b.Region != "" || string(b.Keystore) != os.Getenv("AWSBROKER_KEYSTORE")
}

// SessionOf is Session for a target that was worked out before, and for
// awsbroker's own use: it is not given out, so the log has nothing of it.
func (b *Broker) SessionOf(ctx context.Context, t *Target, want Want) (session.Session, error) {
	s, _, err := b.sessionOf(ctx, t, want)
	return s, err
}

// sessionOf gets a session and tells how it came about.
func (b *Broker) sessionOf(ctx context.Context, t *Target, want Want) (session.Session, grants.How, error) {
	if err := refuseRoot(t, time.Now()); err != nil {
		return session.Session{}, "", err
	}
	ctx, cancel := context.WithDeadline(ctx, b.Started.Add(b.Limits.Run))
	defer cancel()
	r := &request{Broker: b, Target: t, want: want, asker: asker{Broker: b}, since: time.Now(), how: grants.Cached}
	defer r.asker.close()

	r.cache, r.asker.dir = b.cache(ctx)
	if t.Key.AccessKeyID == "" {
		// The record does not know the key: without its id there is no cache key.
		if err := r.openKey(ctx); err != nil {
			return session.Session{}, "", err
		}
	}
	r.old, _ = t.cached(r.cache, r.since)
	if s, ok := r.fromCache(); ok {
		b.debug("cache: a session with %s left", Words(s.Left(r.since)))
		return s, r.how, nil
	}
	b.debug("cache: %s", r.miss())
	if err := t.checkDevice(); err != nil {
		return session.Session{}, "", err
	}
	s, err := r.underLock(ctx)
	if err == nil || r.old.Left(time.Now()) <= 0 {
		return s, r.how, err
	}
	if want.Fresh || errors.Is(ctx.Err(), context.Canceled) {
		return s, "", err
	}
	// An early renewal that did not work out: what is there is still good.
	_ = r.cache.Decline(t.cacheKey(), r.old, r.renewAgain())
	b.warn("the session could not be renewed (%v); the old one ends in %s", err, Words(r.old.Left(time.Now())))
	return r.old, grants.Cached, nil
}

// request is one attempt to get one session.
type request struct {
	*Broker
	*Target
	want  Want
	cache *session.Cache
	old   session.Session // a session that is still good, though perhaps not for long
	key   credential.Credentials
	since time.Time
	asker asker
	sent  []credential.Secret // MFA codes that went to AWS in this attempt
	how   grants.How          // how the session came about
	asked bool                // a person, a command or AWS was asked: how it ends is news to others
}

// fromCache returns a session that will do without asking anyone.
func (r *request) fromCache() (session.Session, bool) {
	now := time.Now()
	s, ok := r.cached(r.cache, now)
	if !ok {
		return s, false
	}
	if r.want.Fresh {
		return s, s.Issued.After(r.since) // somebody else just asked for it
	}
	return s, enough(s, r.minLeft(r.want.MinLeft), now) || r.cache.Declined(r.cacheKey(), s, now)
}

// renewAgain is when an early renewal that failed may be tried again: a person
// is asked once a session, AWS once a minute.
func (r *request) renewAgain() time.Time {
	if r.needsPerson() {
		return r.old.Expiration
	}
	return time.Now().Add(time.Minute)
}

// miss says why the cache has no answer.
func (r *request) miss() string {
	switch {
	case r.cache == nil:
		return "there is none"
	case r.old.AccessKeyID == "":
		return "no session for these settings"
	case r.want.Fresh:
		return "a new session is wanted"
	}
	return fmt.Sprintf("the session has only %s left", Words(r.old.Left(r.since)))
}

// underLock waits until this process is the only one that asks for a code of
// the device, or until another one's answer arrives.
func (r *request) underLock(ctx context.Context) (session.Session, error) {
	asking, cancel := context.WithDeadline(ctx, r.Started.Add(r.Limits.Question))
	defer cancel()
	var s session.Session
	var err error
	lock := session.NewLock(r.asker.dir, r.deviceLock())
	tell := r.telling(func() string {
		return fmt.Sprintf("waiting for another awsbroker (process %d), which is getting a session", lock.Holder())
	})
	done, lockErr := lock.Await(asking, func() (found bool) {
		tell()
		if s, found = r.fromCache(); found {
			return true
		}
		if f, ok := r.cache.Failure(r.cacheKey()); ok && r.followsOthers() && f.Applies(session.JobID(), r.since, time.Now()) {
			err, found = remembered(f), true
		}
		return found
	})
	switch {
	case done:
		r.debug("another process asked; taking its answer")
		return s, err
	case errors.Is(lockErr, session.ErrLockWait):
		return s, r.lockFailure(ctx, lock.Holder())
	case lockErr != nil:
		r.debug("no lock: %v", lockErr)
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
func (r *request) followsOthers() bool { return !r.want.Fresh && r.Code.IsEmpty() }

// ask opens the keychain, gets a code and has STS make a session. The
// keychain goes first: its passphrase must not land in the question for the code.
func (r *request) ask(ctx context.Context) (session.Session, error) {
	if r.key.AccessKeyID == "" {
		if err := r.openKey(ctx); err != nil {
			return session.Session{}, err
		}
		// The record named another key: the session may be there under this one.
		if s, ok := r.fromCache(); ok {
			return s, nil
		}
	}
	client, err := sts.New(r.Endpoint)
	if err != nil {
		return session.Session{}, r.awsFailure(err, r.Target)
	}
	if err := r.refuseUnknownRoot(ctx, client); err != nil {
		return session.Session{}, err
	}
	creds, err := r.withCode(ctx, func(code credential.Secret) (credential.Credentials, error) {
		r.asked = true
		return r.fetch(ctx, client, code)
	})
	if err != nil {
		return session.Session{}, err
	}
	s := session.Session{Credentials: creds, Subject: r.subject(), Issued: time.Now().UTC().Truncate(time.Second)}
	if s.Left(time.Now()) <= 0 {
		return s, failed(Refused, "AWS returned a session that ended at %s", s.Expiration.Format(time.RFC3339)).
			hint("check this machine's clock")
	}
	r.how = grants.Renewed
	if len(r.sent) > 0 {
		r.how = grants.Asked
	}
	r.keep(s)
	return s, nil
}

// fetch calls STS. A code that is in hand is used to the end even if whoever
// asked has gone: it cannot be used a second time.
func (r *request) fetch(ctx context.Context, client *sts.Client, code credential.Secret) (credential.Credentials, error) {
	if !code.IsEmpty() {
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := context.WithDeadline(ctx, latest(r.Started.Add(r.Limits.Run), time.Now().Add(10*time.Second)))
	defer cancel()
	started := time.Now()
	mfa := sts.MFA{Serial: r.Profile.MFASerial, Code: code}
	var creds credential.Credentials
	var err error
	if r.Profile.RoleARN == "" {
		creds, err = client.SessionToken(ctx, r.key, r.Profile.Duration, mfa)
	} else {
		role := sts.Role{ARN: r.Profile.RoleARN, SessionName: r.SessionName, ExternalID: r.Profile.ExternalID, Duration: r.Profile.Duration}
		creds, err = client.AssumeRole(ctx, r.key, role, mfa)
	}
	r.debug("sts: %s in %s", outcome(err), time.Since(started).Round(time.Millisecond))
	return creds, err
}

// keep stores a session. One that cannot be stored was still paid for, and is
// returned all the same. What grows is put away here, where a process seldom
// comes, and only one for a device.
func (r *request) keep(s session.Session) {
	r.rotateLog()
	if err := r.cache.Put(r.cacheKey(), s); err != nil {
		r.warn("the session could not be kept, so the next call will need another: %s", prompt.Clean(err.Error()))
		return
	}
	r.cache.Sweep(time.Now())
	session.KeepKey(r.asker.dir)
}

// remember how the question ended, for those who wait and for this job's
// second try.
func (r *request) remember(err error) {
	var f *Failure
	if !errors.As(err, &f) {
		return
	}
	n := session.Failure{Ended: time.Now(), Job: session.JobID(), Reason: int(f.Reason), Message: f.Message}
	if len(f.Hints) > 0 {
		n.Hint = f.Hints[0]
	}
	_ = r.cache.Failed(r.cacheKey(), n)
}

func remembered(f session.Failure) error {
	out := failed(Reason(f.Reason), "%s", f.Message)
	if f.Hint != "" {
		out.Hints = []string{f.Hint}
	}
	return out
}

func (r *request) lockFailure(ctx context.Context, holder int) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return questionFailure(prompt.ErrCancelled, r.Target)
	}
	if !r.needsPerson() {
		return failed(Unreachable, "gave up waiting for another awsbroker (process %d) that waits for AWS", holder).
			hint("try again in a moment")
	}
	f := failed(NeedPerson, "gave up waiting for another awsbroker (process %d) that asks for a code of %s", holder, prompt.Clean(r.Profile.MFASerial))
	return f.hint("answer its question, or run: awsbroker login --profile %s", shellWord(r.Profile.Name))
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
	return prompt.Clean(err.Error())
}
