package revoke

import (
	"context"
	"slices"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/sts"
)

// awsTime is the time by the clock that issue times of sessions are of.
func (v *revocation) awsTime(ctx context.Context) (time.Time, error) {
	client, err := sts.New(v.profile.Endpoint)
	if err != nil {
		return time.Time{}, v.profile.Failure(err)
	}
	ctx, cancel := context.WithTimeout(ctx, v.rotation.Waits.Call)
	defer cancel()
	now, err := client.ServerTime(ctx, v.rotation.Actor.AccessKey)
	if behind, dated := awsapi.ClockOffset(err); dated && awsapi.Is(err, awsapi.UnknownKey) {
		// A new key may not be known yet, and its refusal is dated to the second.
		return time.Now().Add(time.Second - behind).UTC().Truncate(time.Second), nil
	}
	if err != nil {
		return now, v.profile.Failure(err)
	}
	return now, nil
}

// dropSessions forgets what AWS refuses from now on: the sessions of the key,
// and those of the role whatever key they were made with.
func (v *revocation) dropSessions() error {
	drop := slices.Clone(v.rotation.Targets)
	if cfg, err := v.broker.ReadConfig(); err == nil {
		for _, name := range cfg.Ours() {
			if t, err := v.broker.TargetIn(cfg, name); err == nil && (t.Profile.KeyName == v.rotation.Name || v.role != "" && t.Profile.RoleARN == v.role) {
				drop = append(drop, t)
			}
		}
	}
	caches := []*session.Cache{v.rotation.Actor.Cache}
	for _, dir := range session.Dirs(v.broker.Paths.Cache) {
		if dir == v.broker.SessionDir() {
			continue
		}
		if cache, err := v.broker.OpenCacheIn(context.Background(), dir); err == nil {
			caches = append(caches, cache)
		}
	}
	for _, cache := range caches {
		for _, t := range drop {
			if err := t.ForgetSessions(cache); err != nil {
				v.broker.Debug("cache: %v", err)
			}
		}
	}
	if err := v.rotation.DoStep("drop", func() error { return session.NextGeneration(v.broker.Paths) }); err != nil {
		return failure.New(failure.Other, "%w", err)
	}
	return nil
}

func latestOf(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}
