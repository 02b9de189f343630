package target

import (
	"time"

	"github.com/awsbroker/awsbroker/internal/session"
)

// The lives below which a session is renewed, without a code and with one. Callers re-run a helper on
// every request when the session has less than 15 minutes (botocore), so what
// can be renewed silently is renewed before that.
const (
	silentMinLeft = 20 * time.Minute
	AskingMinLeft = 5 * time.Minute
)

// Asks reports whether a new session of the target would take a code now. It takes
// none where the session that signs for it is cached, or can be had without a code.
func (t *Target) Asks(c *session.Cache, now time.Time) bool {
	if t.From == nil {
		return t.TakesCode()
	}
	if s, ok := t.From.Cached(c, now); ok && Outlasts(s, SigningLeft, now) {
		return false
	}
	return t.From.Asks(c, now)
}

// SignsWithKey reports whether a new session is made with the access key itself, and
// not with a session that is there.
func (t *Target) SignsWithKey(c *session.Cache, now time.Time) bool {
	if t.From == nil {
		return true
	}
	if s, ok := t.From.Cached(c, now); ok && Outlasts(s, SigningLeft, now) {
		return false
	}
	return t.From.SignsWithKey(c, now)
}

// MinLeft returns the life below which a session is renewed. asks says whether the
// renewal takes a code.
func (t *Target) MinLeft(asks bool) time.Duration {
	switch {
	case !asks:
		return silentMinLeft
	case t.Profile.HasMinTTL:
		return t.Profile.MinTTL
	}
	return AskingMinLeft
}

// LookupMinLeft returns the life below which a remembered call is not answered any
// more. Whether a renewal asks for a code is worked out only then.
func (t *Target) LookupMinLeft() time.Duration { return t.MinLeft(t.TakesCode()) }

// Outlasts reports whether s may be served instead of a new session, because its
// life left is longer than minLeft. A session that is short from the start is served
// for half of its life; else it could never be served.
func Outlasts(s session.Session, minLeft time.Duration, now time.Time) bool {
	return s.Left(now) > Served(s, minLeft)
}

// Served returns the life left down to which s may be served: minLeft, or half of the
// life of s if that is less.
func Served(s session.Session, minLeft time.Duration) time.Duration {
	return min(minLeft, s.Expiration.Sub(s.Issued)/2)
}

// MFAEnds returns when the cached MFA session ends from which the target's sessions
// are made without a code; zero if there is none.
func (t *Target) MFAEnds(c *session.Cache, now time.Time) (ends time.Time) {
	for from := t.From; from != nil; from = from.From {
		if s, ok := from.Cached(c, now); ok && from.MFA {
			ends = s.Expiration
		}
	}
	return ends
}

// AsksPerson reports whether the next session takes a code that a person gives.
func (t *Target) AsksPerson(c *session.Cache) bool {
	return t.Asks(c, time.Now()) && t.Profile.MFAProcess == "" && t.Profile.MFASeed == ""
}
