package broker

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/helper"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/target"
)

// SessionsOf returns a session for each profile, in their order. One code is
// asked for each MFA device: profiles without an MFA session of their own share
// one for the moment. Only roles whose sessions last more than an hour need a
// code each, and so the next one of the device. What goes wrong names the
// profile.
func (b *Broker) SessionsOf(ctx context.Context, profiles []string, want Want) ([]session.Session, error) {
	all, err := b.targetsAndCalls(profiles, want)
	if err != nil {
		return nil, err
	}
	in := newRound(b.Started)
	b.shareCodes(ctx, in, all, want)
	var sessions []session.Session
	for _, a := range all {
		s, err := b.giveSession(ctx, in, a.call, a.target, want)
		if err != nil {
			return nil, OfProfile(a.target.Profile.Name, err)
		}
		sessions = append(sessions, s)
	}
	return sessions, nil
}

// calledTarget is a target, and the call that a caller of it would make.
type calledTarget struct {
	target *target.Target
	call   *session.Call
}

// targetsAndCalls works out the targets of profiles. It finds everything that is
// wrong with them before anybody is asked for a code.
func (b *Broker) targetsAndCalls(profiles []string, want Want) ([]calledTarget, error) {
	var all []calledTarget
	for _, name := range profiles {
		c, err := b.callOf(name)
		if err == nil {
			err = c.target.CheckFor(want.For, want.ForSome)
		}
		if err != nil {
			return nil, OfProfile(name, err)
		}
		all = append(all, c)
	}
	return all, nil
}

// callOf returns the target of a profile, and the call that asks for its session.
func (b *Broker) callOf(name string) (calledTarget, error) {
	if err := helper.CheckProfile(name); err != nil {
		return calledTarget{}, err
	}
	call := session.NewCall(name, b.Paths)
	t, err := b.Target(name)
	return calledTarget{t, call}, err
}

// shareCodes makes one code do for several profiles. Where two or more targets would
// each need a code of the same device, they get one passing MFA session; if one of
// them has `awsbroker_mfa_session`, that MFA session is used. Targets with a cached
// session are left out.
func (b *Broker) shareCodes(ctx context.Context, in *round, all []calledTarget, want Want) {
	needy := map[target.Sharing][]*target.Target{}
	standing := map[target.Sharing]*target.Target{}
	cache := b.OpenCache(ctx)
	for _, a := range all {
		first := a.target.First()
		r := b.NewActor(a.target, cache).newRequest(want)
		r.since, r.round = in.since, in
		if _, found := r.fromCache(); found {
			continue
		}
		how, ok := first.Sharing()
		same := func(t *target.Target) bool { return t.CacheKey() == first.CacheKey() }
		r.target, r.signs = first, true
		if _, found := r.fromCache(); first.MFA && !found {
			standing[how] = first
		} else if ok && !slices.ContainsFunc(needy[how], same) {
			needy[how] = append(needy[how], first)
		}
	}
	for how, targets := range needy {
		if m := standing[how]; m != nil {
			m.Serves = append(m.Serves, targets...)
			in.shared[how] = m
		} else if len(targets) > 1 {
			m := targets[0].MFATarget(target.ShortestMFASession)
			m.Passing, m.Serves = true, targets
			in.shared[how] = m
		}
	}
}

// OfProfile puts the name of the profile in front of an error's text, unless the
// text begins with it.
func OfProfile(name string, err error) error {
	profile := say.Sprintf("profile %s", name)
	var f *failure.Error
	if !errors.As(err, &f) {
		return failure.New(failure.Other, "%s: %w", profile, err)
	}
	if strings.HasPrefix(f.Message, profile+" ") {
		return f
	}
	named := *f
	named.Message = profile + ": " + f.Message
	return &named
}
