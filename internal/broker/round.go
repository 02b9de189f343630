package broker

import (
	"time"

	"github.com/awsbroker/awsbroker/internal/session"
)

// round is the getting of one session or of several. What it brought once is
// not asked for again in it, even where nothing can be cached. A nil round
// knows nothing.
type round struct {
	since  time.Time
	got    map[string]session.Session // by cache key
	shared map[sharing]*Target        // the passing MFA session that several others are made from
}

func newRound() *round {
	return &round{since: time.Now(), got: map[string]session.Session{}, shared: map[sharing]*Target{}}
}

// has returns what the round brought for a target.
func (r *round) has(t *Target) (s session.Session, ok bool) {
	if r != nil {
		s, ok = r.got[t.cacheKey()]
	}
	return s, ok
}

func (r *round) add(t *Target, s session.Session) {
	if r != nil {
		r.got[t.cacheKey()] = s
	}
}

// signer is what asks for the session of a target: another session, or nil for
// the key itself.
func (r *round) signer(t *Target) *Target {
	if t.From != nil || r == nil || t.passing {
		return t.From
	}
	if how, ok := t.sharing(); ok {
		return r.shared[how]
	}
	return nil
}
