package broker

import (
	"context"
	"os"

	"github.com/awsbroker/awsbroker/internal/agents"
	"github.com/awsbroker/awsbroker/internal/session"
)

// remember what a call came to, so that the next one is answered before main
// runs, without a word.
func (b *Broker) remember(ctx context.Context, call *session.Call, t *Target, s session.Session) {
	if b.flagged() || !t.Profile.Narrowed.IsZero() || t.readsFiles() || t.Profile.Confirm {
		return
	}
	terms := session.Terms{
		Known:   session.Known{RoleARN: t.Profile.RoleARN, LogOff: t.Profile.LogOff, Agents: t.agentRule() == agents.Allow},
		MinLeft: served(s, t.lookupMinLeft()),
		Region:  b.childRegion(t),
	}
	if len(t.Profile.UnknownSettings()) == 0 { // which a person is warned of
		terms.CommandMinLeft = max(t.lookupMinLeft(), CommandMinLeft, t.Profile.MinTTL)
	}
	cache := b.OpenCache(ctx)
	_ = cache.Remember(call, t.cacheKey(), terms.MinLeft, s.Expiration, terms.Known)
	if err := cache.KeepReady(call, t.cacheKey(), s, terms); err != nil {
		b.Debug("cache: %v", err)
	}
}

// flagged reports whether flags changed which session the profile stands for. Such a
// session is not remembered as the answer to the same call without the flags.
func (b *Broker) flagged() bool {
	return b.Region != "" || string(b.Keystore) != os.Getenv("AWSBROKER_KEYSTORE")
}
