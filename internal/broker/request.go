package broker

import (
	"context"
	"errors"
	"time"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/grant"
	"github.com/awsbroker/awsbroker/internal/helper"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/sts"
	"github.com/awsbroker/awsbroker/internal/target"
)

// request is one attempt to get one session.
type request struct {
	run    *Broker
	actor  *Actor // whose key and whose asker are used
	target *target.Target
	want   Want
	old    session.Session // a session that is still good, though perhaps not for long
	since  time.Time
	round  *round // what was got beside it; nil: nothing
	asked  bool   // a person, a command or AWS was asked: how it ends is news to others
	coded  bool   // it could not be had without a code
	how    grant.How

	signs bool // the session is not for a caller: it asks for another one
	renew bool // the one that is cached was refused
}

// newRequest returns a request for the session of the actor's target.
func (a *Actor) newRequest(want Want) *request {
	return &request{run: a.Broker, actor: a, target: a.Target, want: want, since: time.Now()}
}

// getSession returns the cached session if it will do, or a new one.
func (r *request) getSession(ctx context.Context) (session.Session, error) {
	if r.target.Key.AccessKeyID == "" {
		// The record does not know the key: without its id there is no cache key.
		err := r.openKey(ctx)
		r.actor.Asker.Close() // who waits for a lock must not keep its holder from the terminal
		if err != nil {
			return session.Session{}, err
		}
	}
	r.old, _ = r.target.Cached(r.actor.Cache, r.since)
	if s, ok := r.fromCache(); ok {
		r.run.Debug("cache: %s with %s left", r.kind(), say.Duration(s.Left(r.since)))
		return s, nil
	}
	r.run.Debug("cache: %s", r.missReason())
	if err := r.checkDevice(); err != nil {
		return session.Session{}, err
	}
	s, err := r.askUnderLock(ctx)
	if err == nil || r.old.HasEnded(time.Now()) {
		return s, err
	}
	if r.wantsNew() || r.want.Strict || errors.Is(ctx.Err(), context.Canceled) {
		return s, err
	}
	// An early renewal that did not work out: what is there is still good.
	_ = r.actor.Cache.Decline(r.target.CacheKey(), r.old, r.renewAgain())
	r.how = grant.Cached
	r.run.Warn("the session could not be renewed (%v); the old one ends in %s", err, say.Duration(r.old.Left(time.Now())))
	return r.old, nil
}

// openKey notes whether a person was asked for something on the way.
func (r *request) openKey(ctx context.Context) error {
	err := r.actor.OpenKey(ctx)
	if err != nil {
		r.asked = r.asked || r.actor.Asker.ladder != nil || errors.Is(err, keystore.ErrDismissed)
	}
	if errors.Is(err, prompt.ErrNoTerminal) {
		return failure.NeedsPassphrase(err, loginInTerminal(r.target.Profile))
	}
	return err
}

// checkDevice refuses to wait for the lock of an MFA device whose code is just to come
// from the helper that started this run. The check is made before locks of roles are
// taken, since the helper may hold one of them, too.
func (r *request) checkDevice() error {
	t := r.target.First()
	if !r.target.Asks(r.actor.Cache, time.Now()) || !helper.GivesCodesOf(t.Profile.MFASerial) {
		return nil
	}
	return failure.New(failure.Other, "the command that gets MFA codes needs an MFA code of the same device (profile %s)", t.Profile.Name).
		Hint("use another device, or none, in awsbroker_mfa_process, or log in first: %s", failure.LoginCommand(t.Profile))
}

// kind returns in words what kind of session is asked for.
func (r *request) kind() string {
	if r.target.MFA {
		return "an MFA session"
	}
	return "a session"
}

// signer returns the target whose session signs the request; nil if the key does.
func (r *request) signer() *target.Target { return r.round.signer(r.target) }

// takesCode reports whether the request takes a code: the target takes one, and no
// passing MFA session signs in its place.
func (r *request) takesCode() bool { return r.signer() == nil && r.target.TakesCode() }

// askSTS gets a new session from STS, signed by another session, or by the key and with
// a code. The keychain is opened before the question for the code, so that a person
// does not type the passphrase there.
func (r *request) askSTS(ctx context.Context) (session.Session, error) {
	if r.signer() != nil {
		return r.askWithSession(ctx)
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
	client, err := sts.New(r.target.Endpoint)
	if err != nil {
		return session.Session{}, r.target.Failure(err)
	}
	if err := r.refuseUnknownRoot(ctx, client); err != nil {
		return session.Session{}, err
	}
	creds, err := r.withCode(ctx, func(code credential.Secret) (credential.Credentials, error) {
		r.asked = true
		return r.callSTS(ctx, client, r.actor.AccessKey, code)
	})
	if err != nil {
		return session.Session{}, err
	}
	return r.keepNew(creds)
}
