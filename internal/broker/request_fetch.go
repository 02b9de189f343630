package broker

import (
	"context"
	"time"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/grant"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/sts"
)

// keepNew makes a session of credentials that AWS just gave, and caches it.
func (r *request) keepNew(creds credential.Credentials) (session.Session, error) {
	s := r.target.SessionOf(creds)
	if s.Left(time.Now()) <= 0 {
		return s, failure.New(failure.Refused, "AWS returned a session that ended at %s", s.Expiration.Format(time.RFC3339)).
			Hint("check this machine's clock")
	}
	r.how = grant.Renewed
	if r.coded {
		r.how = grant.Asked
	}
	r.keepSession(s)
	return s, nil
}

// callSTS asks STS for the session, signed by the credentials by. A request with a code
// goes on even if the caller has gone, for the code cannot be used a second time.
func (r *request) callSTS(ctx context.Context, client *sts.Client, by credential.Credentials, code credential.Secret) (credential.Credentials, error) {
	if !code.IsEmpty() {
		ctx = context.WithoutCancel(ctx)
	}
	ctx, cancel := context.WithDeadline(ctx, latest(r.round.start.Add(r.run.Limits.Run), time.Now().Add(10*time.Second)))
	defer cancel()
	started := time.Now()
	mfa := sts.MFA{Serial: r.target.Profile.MFASerial, Code: code}
	var creds credential.Credentials
	var err error
	if r.target.Profile.RoleARN == "" {
		creds, err = client.SessionToken(ctx, by, r.life(), mfa)
	} else {
		creds, err = client.AssumeRole(ctx, by, r.target.Role(), mfa)
	}
	r.run.Debug("sts: %s in %s", outcome(err), time.Since(started).Round(time.Millisecond))
	return creds, err
}

// life returns how long the session is to last that AWS is asked for.
func (r *request) life() time.Duration {
	if r.target.MFA && !r.target.Passing && r.want.For > 0 {
		return r.want.For
	}
	return r.target.Profile.Duration
}

// keepSession caches a session. One that cannot be cached is only warned of: a code
// was given for it, and the caller gets it all the same. The log is put away here
// when it has grown, since only one process for a device comes here, and seldom.
func (r *request) keepSession(s session.Session) {
	r.round.add(r.target, s)
	if r.target.Passing {
		return
	}
	if r.signer() == nil {
		r.run.rotateLog()
	}
	if err := r.actor.Cache.Put(r.target.CacheKey(), s); err != nil {
		r.run.Warn("the session could not be cached, so the next call will need a new one: %s", err.Error())
		return
	}
	r.actor.Cache.Sweep(time.Now())
	session.KeepKey(r.run.SessionDir())
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
	return err.Error()
}
