package broker

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/target"
)

// Login is how getting the session of one profile in advance ended.
type Login struct {
	Profile string
	RoleARN string          // empty: a session of the user itself
	Session session.Session // if Err is nil
	MFAEnds time.Time       // until then it is renewed without a code; zero: not at all
	Err     error
}

// ErrNotTried means that a person gave up before it was a profile's turn.
var ErrNotTried = errors.New("not tried")

// Logins gets a session for each profile and, unlike [Broker.SessionsOf], goes on
// after a failure: each Login has its own Err. It stops only when a person cancels.
// want.For sets the life of MFA sessions; profiles without one ignore it.
func (b *Broker) Logins(ctx context.Context, profiles []string, want Want) []Login {
	done := make([]Login, len(profiles))
	targets := make([]calledTarget, len(profiles))
	var all []calledTarget
	for i, name := range profiles {
		c, err := b.callOf(name)
		done[i], targets[i] = Login{Profile: name, Err: err}, c
		if err == nil {
			done[i].RoleARN = c.target.Profile.RoleARN
			all = append(all, c)
		}
	}
	want.ForSome = want.ForSome || slices.ContainsFunc(all, func(c calledTarget) bool { return c.target.ThroughMFASession() })
	all = nil
	for i, c := range targets {
		if done[i].Err == nil {
			done[i].Err = want.check(c.target)
		}
		if done[i].Err == nil {
			all = append(all, c)
		}
	}
	in := newRound(b.Started)
	b.shareCodes(ctx, in, all, want)
	over := false
	for i, c := range targets {
		l := &done[i]
		switch {
		case l.Err != nil:
			continue
		case over:
			l.Err = ErrNotTried
		default:
			l.Session, l.Err = b.giveSession(ctx, in, c.call, c.target, want)
			cache := b.OpenCache(ctx)
			l.MFAEnds = c.target.MFAEnds(cache, time.Now())
			over = ctx.Err() != nil || errors.Is(l.Err, prompt.ErrCancelled)
		}
	}
	return done
}

// check refuses what no session of a target can be, before anybody is asked.
func (w Want) check(t *target.Target) error {
	if err := t.CheckFor(w.For, w.ForSome); err != nil || !w.Strict {
		return err
	}
	return t.CheckLeft(w.MinLeft)
}

// Ready reports whether the profile has a cached session that satisfies want. It
// reads files only; the keychain is opened just where that has the key which
// sessions are sealed with.
func (b *Broker) Ready(ctx context.Context, profile string, want Want) (bool, error) {
	t, err := b.Target(profile)
	if err != nil {
		return false, err
	}
	if t.Key.AccessKeyID == "" || t.RefuseRoot(time.Now()) != nil {
		return false, nil
	}
	r := b.NewActor(t, b.OpenCache(ctx)).newRequest(want)
	_, ok := r.fromCache()
	return ok, nil
}

// ProfilesOf a key are those of ours that use it; an empty key is any, and then
// also those that have something wrong with them.
func (b *Broker) ProfilesOf(key string) ([]string, error) {
	cfg, err := b.ReadConfig()
	if err != nil {
		return nil, err
	}
	var names []string
	for _, name := range cfg.Ours() {
		p, err := cfg.Resolve(name)
		if key == "" || err == nil && p.KeyName == key {
			names = append(names, name)
		}
	}
	if len(names) > 0 {
		return names, nil
	}
	if key != "" {
		return nil, failure.New(failure.NotFound, "no profile in %s uses the key %q", b.Paths.Config, key).
			Hint("list the profiles with: awsbroker list")
	}
	return nil, b.noneOfOurs()
}
