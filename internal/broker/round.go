package broker

import (
	"time"

	"github.com/awsbroker/awsbroker/internal/session"
)

// round is one run through one profile or several that each need a session. A
// session that the round has got is not asked for again in it, even where nothing
// can be cached. A nil round has no sessions.
type round struct {
	start  time.Time // the limits of the run count from then
	since  time.Time
	got    map[string]session.Session // by roundKey
	shared map[sharing]*Target        // the passing MFA session that several others are made from
}

func newRound(start time.Time) *round {
	return &round{start: start, since: time.Now(), got: map[string]session.Session{}, shared: map[sharing]*Target{}}
}

// has returns the session that the round has got for a target, if it has not ended.
func (r *round) has(t *Target) (s session.Session, ok bool) {
	if r != nil {
		s, ok = r.got[t.roundKey()]
	}
	return s, ok && s.Left(time.Now()) > 0
}

func (r *round) add(t *Target, s session.Session) {
	if r != nil {
		r.got[t.roundKey()] = s
	}
}

// roundKey returns the key of the target's session in a round. A passing MFA session has a key of
// its own: it is short, and no caller is given it.
func (t *Target) roundKey() string {
	if t.passing {
		return session.CacheKey("passing", t.cacheKey())
	}
	return t.cacheKey()
}

// signer returns the target whose session signs for a session of t; nil if the key
// itself does.
func (r *round) signer(t *Target) *Target {
	if t.From != nil || r == nil || t.passing {
		return t.From
	}
	if how, ok := t.sharing(); ok {
		return r.shared[how]
	}
	return nil
}
