package broker

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/awsbroker/awsbroker/internal/agents"
	"github.com/awsbroker/awsbroker/internal/caller"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/target"
)

// NextCall is what the next call for a session would come to.
type NextCall struct {
	Outcome Outcome
	Why     string
}

// Outcome of a call.
type Outcome string

// The outcomes. They are part of the JSON of explain.
const (
	FromCache Outcome = "cached"   // the session is there
	NotAsking Outcome = "renewed"  // a new one, and nobody is asked
	AsksCode  Outcome = "asks"     // a person is asked for a code
	AsksYes   Outcome = "confirms" // a person is asked for a yes
	Unlocks   Outcome = "unlocks"  // a person is asked to open the keychain, and for nothing else
	Fails     Outcome = "fails"
	Unknown   Outcome = "unknown"
)

// nextCall decides as Session would, without doing it. Who types a code says
// yes with it; any other session of a profile with awsbroker_confirm takes one.
func (b *Broker) nextCall(ctx context.Context, t *target.Target, codes CodeSource, cache *session.Cache, known bool) NextCall {
	next := b.nextSession(t, codes, cache, known)
	if agent := b.forAgent(); agent != (caller.Agent{}) && next.Outcome != Fails && !b.mayTake(ctx, t) {
		if t.AgentRule() == agents.Refuse {
			return NextCall{Fails, "coding agents get no session, and " + agent.Name + " is one (awsbroker_agents)"}
		}
		return NextCall{AsksYes, next.Why + "; you are asked first whether " + agent.Name + " may have it (awsbroker_agents)"}
	}
	if !t.Profile.Confirm || next.Outcome != FromCache && next.Outcome != NotAsking {
		return next
	}
	if !b.canAskPerson(ctx, t.Profile) {
		return NextCall{Fails, next.Why + "; awsbroker_confirm is set, and there is no way to ask you from here"}
	}
	return NextCall{AsksYes, next.Why + "; awsbroker_confirm is set"}
}

// nextSession says how the next session comes about, without the question whether it
// may be given out.
func (b *Broker) nextSession(t *target.Target, codes CodeSource, cache *session.Cache, known bool) NextCall {
	now := time.Now()
	if err := t.RefuseRoot(now); err != nil {
		return NextCall{Fails, err.Error()}
	}
	if t.Key.AccessKeyID == "" {
		return NextCall{Unknown, say.Sprintf("awsbroker's record has no key %s, so it must open the keychain to find out", t.Profile.KeyName)}
	}
	if !known {
		return NextCall{Unknown, "the sessions are sealed with a key in the keychain, which was not opened"}
	}
	r := b.NewActor(t, cache).newRequest(Want{})
	if s, ok := r.fromCache(); ok {
		return NextCall{FromCache, fmt.Sprintf("there is a session with %s left; with less than %s left, awsbroker gets a new one", say.Duration(s.Left(now)), say.Duration(target.Served(s, r.minLeft(now))))}
	}
	r.old, _ = t.Cached(cache, now)
	why := "there is no session for these settings"
	if r.old.AccessKeyID != "" {
		why = "the session has only " + say.Duration(r.old.Left(now)) + " left"
	}
	switch {
	case !t.Asks(cache, now) && t.From != nil:
		return NextCall{NotAsking, why + ", and a new one needs no code, because its source session is cached or needs none"}
	case !t.Asks(cache, now):
		return NextCall{NotAsking, why + ", and a new one needs no MFA code"}
	case r.checkDevice() != nil:
		return NextCall{Fails, r.checkDevice().Error()}
	case codes.Setting != "":
		return NextCall{NotAsking, why + ", and a new one needs an MFA code, which " + codes.Setting + " gives"}
	case codes.Way != "":
		return NextCall{AsksCode, why + ", and a new one needs an MFA code; way of asking: " + string(codes.Way)}
	case r.old.AccessKeyID != "":
		return NextCall{FromCache, why + ", but a new one needs an MFA code, and there is no way to ask you from here"}
	}
	return NextCall{Fails, why + ", a new one needs an MFA code, and there is no way to ask you from here"}
}

// afterKeychain returns what a call comes to that takes the key out of the keychain,
// if next is what it comes to with the key.
func (b *Broker) afterKeychain(ctx context.Context, t *target.Target, record keystore.Record, next NextCall) NextCall {
	name := t.Profile.KeyName
	err := b.LookAtKey(ctx, record, name, t.Profile)
	if err == nil {
		return next
	}
	says := failure.OfKeystore(err, name).Message
	if _, listed := record.Keys[name]; listed {
		says = failure.OfKeyOnRecord(err, name).Message
	}
	switch {
	case errors.Is(err, keystore.ErrAsks) && next.Outcome == NotAsking:
		return NextCall{Unlocks, next.Why + ", and awsbroker must open the keychain for it"}
	case errors.Is(err, keystore.ErrAsks):
		return next
	case next.Outcome == FromCache:
		return NextCall{FromCache, next.Why + "; the call after that will fail: " + says}
	}
	return NextCall{Fails, says}
}
