package broker

import (
	"fmt"
	"time"

	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/target"
)

// wantsNew reports whether only a session will do that is made after the request.
func (r *request) wantsNew() bool { return r.want.Fresh || r.renew }

// minLeft returns the life below which the session is renewed.
func (r *request) minLeft(now time.Time) time.Duration {
	if r.signs {
		return target.SigningLeft
	}
	return r.target.MinLeft(r.target.Asks(r.actor.Cache, now))
}

// suffices reports whether s has the life that the caller wants. If no session has that
// much, half of the life of s is enough; else no session ever were. A strict caller is
// told by [target.Target.CheckLeft].
func (r *request) suffices(s session.Session, now time.Time) bool {
	life := s.Expiration.Sub(s.Issued)
	return s.Left(now) > r.want.MinLeft || life <= r.want.MinLeft && s.Left(now) > life/2
}

// fromCache returns a session that will do without asking anyone.
func (r *request) fromCache() (session.Session, bool) {
	if s, ok := r.round.has(r.target); ok {
		return s, true
	}
	now := time.Now()
	s, ok := r.target.Cached(r.actor.Cache, now)
	if !ok {
		return s, false
	}
	if r.wantsNew() {
		return s, s.Issued.After(r.since) && !s.Issued.After(now) // somebody else just asked for it, or the clock was set back
	}
	if r.want.Strict && s.Left(now) < r.want.MinLeft {
		return s, false
	}
	return s, target.Outlasts(s, r.minLeft(now), now) && r.suffices(s, now) || r.actor.Cache.Declined(r.target.CacheKey(), s, now)
}

// renewAgain returns when an early renewal that failed may be tried again: a person
// is asked once a session, AWS once a minute.
func (r *request) renewAgain() time.Time {
	if r.coded || r.takesCode() {
		return r.old.Expiration
	}
	return time.Now().Add(time.Minute)
}

// missReason says why no cached session answers the request.
func (r *request) missReason() string {
	switch {
	case r.actor.Cache == nil:
		return "there is none"
	case r.old.AccessKeyID == "":
		return "none for these settings: " + r.kind()
	case r.wantsNew():
		return "wanted anew: " + r.kind()
	}
	return fmt.Sprintf("%s has only %s left", r.kind(), say.Duration(r.old.Left(r.since)))
}
