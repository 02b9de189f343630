package broker

import (
	"time"

	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/target"
)

// round is one run through one profile or several that each need a session. A
// session that the round has got is not asked for again in it, even where nothing
// can be cached. A nil round has no sessions.
type round struct {
	start  time.Time // the limits of the run count from then
	since  time.Time
	got    map[string]session.Session        // by roundKey
	shared map[target.Sharing]*target.Target // the passing MFA session that several others are made from
}

func newRound(start time.Time) *round {
	return &round{start: start, since: time.Now(), got: map[string]session.Session{}, shared: map[target.Sharing]*target.Target{}}
}

// has returns the session that the round has got for a target, if it has not ended.
func (r *round) has(t *target.Target) (s session.Session, ok bool) {
	if r != nil {
		s, ok = r.got[t.RoundKey()]
	}
	return s, ok && s.Left(time.Now()) > 0
}

func (r *round) add(t *target.Target, s session.Session) {
	if r != nil {
		r.got[t.RoundKey()] = s
	}
}

// signer returns the target whose session signs for a session of t; nil if the key
// itself does.
func (r *round) signer(t *target.Target) *target.Target {
	if t.From != nil || r == nil || t.Passing {
		return t.From
	}
	if how, ok := t.Sharing(); ok {
		return r.shared[how]
	}
	return nil
}
