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

// askWithSession gets the session of a role, signed by another session: an MFA
// session, or the session of the role before in a chain. The signing session may have
// been revoked, or its code may be too old for the role; then a new signing session
// is tried, once.
func (r *request) askWithSession(ctx context.Context) (session.Session, error) {
	client, err := sts.New(r.target.Endpoint)
	if err != nil {
		return session.Session{}, r.target.Failure(err)
	}
	var refused error
	for {
		by, made, err := r.signingSession(ctx, refused != nil)
		if err != nil && awsapi.Is(refused, awsapi.Denied) {
			return session.Session{}, r.staleCode(refused) // that was the news, not that nobody could be asked
		}
		if err != nil {
			return session.Session{}, err
		}
		r.asked = true
		creds, err := r.callSTS(ctx, client, by.Credentials, credential.Secret{})
		if err == nil {
			return r.keepNew(creds)
		}
		if made || refused != nil || !r.worthAnother(err, by) {
			r.noteUseless(err, by, made)
			return session.Session{}, r.target.Failure(err)
		}
		r.run.Debug("sts: the session that asked may be stale; trying another")
		refused = err
	}
}

// signingSession gets the session that signs the request. made reports whether AWS
// gave that session just now.
func (r *request) signingSession(ctx context.Context, another bool) (s session.Session, made bool, err error) {
	from := r.signer()
	sub := r.actor.Through(from).newRequest(Want{Fresh: r.want.Fresh, For: r.want.For, ByPerson: r.want.ByPerson})
	sub.signs, sub.renew, sub.since, sub.round = true, another, r.since, r.round
	s, err = sub.getSession(ctx)
	r.asked, r.coded = r.asked || sub.asked, r.coded || sub.coded
	if r.target.Key.AccessKeyID != from.Key.AccessKeyID { // the keychain had another key than the record
		r.target.SetKey(from.Key)
	}
	_, made = r.round.has(from)
	return s, made, err
}

// worthAnother reports whether the request may succeed with a new signing session. It
// does not say so where a person would be asked for a code while the session that is
// renewed still lives.
func (r *request) worthAnother(err error, by session.Session) bool {
	from := r.signer()
	switch {
	case awsapi.Is(err, awsapi.ExpiredToken, awsapi.UnknownKey):
		_ = from.Forget(r.actor.Cache) // of no use to anybody
	case !awsapi.Is(err, awsapi.Denied) || from.MFA && r.actor.Cache.Declined(r.uselessKey(), by, time.Now()):
		return false
	}
	if from.Asks(r.actor.Cache, time.Now()) {
		return r.old.Left(time.Now()) <= target.AskingMinLeft && (from.MFA || !awsapi.Is(err, awsapi.Denied))
	}
	return true
}

// noteUseless remembers that a fresh code did not make AWS give the session, so that
// nobody is asked for another code as long as the MFA session lives.
func (r *request) noteUseless(err error, by session.Session, made bool) {
	if made && r.signer().MFA && awsapi.Is(err, awsapi.Denied) {
		_ = r.actor.Cache.Decline(r.uselessKey(), by, by.Expiration)
	}
}

func (r *request) uselessKey() string { return session.CacheKey("useless", r.target.CacheKey()) }

// staleCode translates a refusal that a newer code might have prevented.
func (r *request) staleCode(refused error) error {
	return failure.WithHint(r.target.Failure(refused),
		"or the role requires a more recent code: %s", failure.LoginCommand(r.target.Profile))
}
