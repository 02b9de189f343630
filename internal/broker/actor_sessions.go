package broker

import (
	"context"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/sts"
	"github.com/awsbroker/awsbroker/internal/target"
)

// inHandLeft is the life that a session in hand has to have: IAM is called for
// some seconds, and for minutes where a new key is slow to be known.
const inHandLeft = 5 * time.Minute

// FindSession returns the cached session of a target, if it lives for long enough
// to act with.
func (a *Actor) FindSession(t *target.Target) (session.Session, bool) {
	s, ok := t.Cached(a.Cache, time.Now())
	return s, ok && s.Left(time.Now()) >= inHandLeft
}

// FindMFASession returns the cached MFA session of a target's key and device: the one of
// awsbroker_mfa_session, or the short one that the last [Actor.GetMFASession] left.
func (a *Actor) FindMFASession(t *target.Target) (session.Session, bool) {
	m := t.MFATarget(0)
	if s, ok := a.FindSession(m); ok {
		return s, true
	}
	m.Passing = true
	s, ok := a.Cache.Get(m.RoundKey(), time.Now())
	return s, ok && s.Left(time.Now()) >= inHandLeft
}

// GetMFASession returns an MFA session of the actor's key with a code of the
// target's device. One process asks for a code of a device at a time: after
// waiting for another one, found is called, which may have credentials by then
// that make the question superfluous; nil finds nothing. A profile without
// awsbroker_mfa_session gets a session of a quarter of an hour, which is kept for
// [Actor.FindMFASession] only: the next command that acts on the user asks for no code.
func (a *Actor) GetMFASession(ctx context.Context, t *target.Target, found func() (credential.Credentials, bool)) (credential.Credentials, error) {
	asking, cancel := context.WithTimeout(ctx, a.Broker.Limits.Question)
	defer cancel()
	m := t.MFATarget(t.Profile.MFASession)
	m.Serves = nil // it is the key's session that is asked for
	m.Key.AccessKeyID = a.AccessKey.AccessKeyID
	if m.Passing = m.Profile.Duration == 0; m.Passing {
		m.Profile.Duration = target.ShortestMFASession
	}
	lock := session.NewLock(a.Broker.SessionDir(), m.DeviceLock())
	if err := lock.Wait(asking); err != nil {
		return credential.Credentials{}, failure.New(failure.NeedPerson, "gave up waiting for another awsbroker (process %d), which is asking for a code of %s",
			lock.Holder(), t.Profile.MFASerial)
	}
	defer func() { _ = lock.Unlock() }()
	if found != nil {
		if creds, ok := found(); ok {
			return creds, nil
		}
	}
	client, err := sts.New(t.Endpoint)
	if err != nil {
		return credential.Credentials{}, t.Failure(err)
	}
	r := a.Through(m).newRequest(Want{})
	creds, err := r.withCode(asking, func(code credential.Secret) (credential.Credentials, error) {
		sending, cancel := context.WithTimeout(context.WithoutCancel(ctx), a.CallLimit)
		defer cancel()
		return client.SessionToken(sending, a.AccessKey, m.Profile.Duration, sts.MFA{Serial: m.Profile.MFASerial, Code: code})
	})
	if err == nil {
		r.keepSession(m.SessionOf(creds))
	}
	if err == nil && m.Passing {
		if err := a.Cache.Put(m.RoundKey(), m.SessionOf(creds)); err != nil {
			a.Broker.Debug("the MFA session could not be cached: %s", err.Error()) // the next command asks again
		}
	}
	return creds, err
}

// AssumeRole returns a session of the target's role, asked for by an MFA
// session or by the key itself. The session is cached if it is the one that the
// profile gets: then what a code was given for is there for everybody. What AWS
// does not allow is an error of package awsapi, other errors are failures.
func (a *Actor) AssumeRole(ctx context.Context, t *target.Target, by credential.Credentials) (credential.Credentials, error) {
	longest := 12 * time.Hour
	if by.Temporary() {
		longest = target.LongestFromSession // and AWS refuses to be asked for more
	}
	client, err := sts.New(t.Endpoint)
	if err != nil {
		return credential.Credentials{}, t.Failure(err)
	}
	role := t.Role()
	asWanted := role.Duration <= longest
	if !asWanted {
		role.Duration = 0
	}
	ctx, cancel := context.WithTimeout(ctx, a.CallLimit)
	defer cancel()
	creds, err := client.AssumeRole(ctx, by, role, sts.MFA{})
	if err != nil {
		if awsapi.NotAllowed(err) {
			return creds, err
		}
		return creds, t.Failure(err)
	}
	if asWanted {
		r := a.Through(t).newRequest(Want{})
		r.keepSession(t.SessionOf(creds))
	}
	return creds, nil
}
