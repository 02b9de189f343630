package broker

import (
	"context"
	"time"

	"github.com/awsbroker/awsbroker/internal/grant"
	"github.com/awsbroker/awsbroker/internal/helper"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/target"
)

// Want is what a command needs of a session.
type Want struct {
	MinLeft time.Duration // at least this much life, if it can be had
	Strict  bool          // rather no session than one with less life
	Fresh   bool          // a new one, even if the old would do
	Kept    bool          // for later: nobody is given it now, so nobody has to agree (awsbroker_confirm)
	For     time.Duration // life of a new MFA session (awsbroker_mfa_session); 0: as the profile says

	ForSome   bool // For is for those of several that have an MFA session
	NewDevice bool // the MFA device was enabled just now: AWS is given time to hear of it
	ByPerson  bool // a person gives the code: what --mfa-code and the profile's settings give is of another device
}

// Session returns a session for the profile: the cached one if it will do, or
// a new one, for which one process asks on behalf of all that wait.
func (b *Broker) Session(ctx context.Context, profile string, want Want) (session.Session, error) {
	if err := helper.CheckProfile(profile); err != nil {
		return session.Session{}, err
	}
	call := session.NewCall(profile, b.Paths)
	t, err := b.Target(profile)
	if err != nil {
		return session.Session{}, err
	}
	b.warnOfUnknown(t)
	return b.giveSession(ctx, newRound(b.Started), call, t, want)
}

// warnOfUnknown names settings of ours that do not exist: what a misspelt
// awsbroker_confirm was to prevent happens.
func (b *Broker) warnOfUnknown(t *target.Target) {
	for _, p := range t.Profile.UnknownSettings() {
		b.Warn("%s", p.String())
	}
}

// giveSession gets the session that answers a call, unless a coding agent is behind the
// call that may not have it. It writes the line of the log, and
// remembers the answer, so that the next call need not be worked out.
func (b *Broker) giveSession(ctx context.Context, in *round, call *session.Call, t *target.Target, want Want) (session.Session, error) {
	if err := b.Permit(ctx, t, want); err != nil {
		return session.Session{}, err
	}
	s, how, err := b.sessionIn(ctx, in, t, want)
	if err == nil && !want.Kept {
		err = b.askConsent(ctx, t, s)
	}
	if err == nil && s.Left(time.Now()) <= 0 { // it ended while a person was asked
		s, how, err = b.sessionIn(ctx, in, t, want)
	}
	if err != nil {
		return session.Session{}, err
	}
	b.logGrant(t, s, how)
	b.remember(ctx, call, t, s)
	return s, nil
}

// SessionOf is Session for a target that was worked out before, and for
// awsbroker's own use: it is not given out, so the log has nothing of it. What a
// person did earlier in the run does not count against the limits.
func (b *Broker) SessionOf(ctx context.Context, t *target.Target, want Want) (session.Session, error) {
	s, _, err := b.sessionIn(ctx, newRound(time.Now()), t, want)
	return s, err
}

// sessionIn gets a session as one of several in a round. It also returns how the
// session came about.
func (b *Broker) sessionIn(ctx context.Context, in *round, t *target.Target, want Want) (session.Session, grant.How, error) {
	if err := t.RefuseRoot(time.Now()); err != nil {
		return session.Session{}, "", err
	}
	if err := t.CheckFor(want.For, want.ForSome); err != nil {
		return session.Session{}, "", err
	}
	ctx, cancel := context.WithDeadline(ctx, in.start.Add(b.Limits.Run))
	defer cancel()
	r := b.NewActor(t, b.OpenCache(ctx)).newRequest(want)
	defer r.actor.Close()
	r.actor.NewDevice = want.NewDevice
	r.since, r.round, r.how = in.since, in, grant.Cached
	s, err := r.getSession(ctx)
	return s, r.how, err
}
