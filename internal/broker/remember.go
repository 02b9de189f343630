package broker

import (
	"context"
	"os"

	"github.com/awsbroker/awsbroker/internal/agents"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/target"
)

// remember what a call came to, so that the next one is answered before main
// runs, without a word.
func (b *Broker) remember(ctx context.Context, call *session.Call, t *target.Target, s session.Session) {
	if b.flagged() || !t.Profile.Narrowed.IsZero() || t.ReadsFiles() || t.Profile.Confirm {
		return
	}
	terms := session.Terms{
		Known:   session.Known{RoleARN: t.Profile.RoleARN, LogOff: t.Profile.LogOff, Agents: t.AgentRule() == agents.Allow},
		MinLeft: target.Served(s, t.LookupMinLeft()),
		Region:  b.childRegion(t),
	}
	if len(t.Profile.UnknownSettings()) == 0 { // which a person is warned of
		terms.CommandMinLeft = max(t.LookupMinLeft(), CommandMinLeft, t.Profile.MinTTL)
	}
	cache := b.OpenCache(ctx)
	_ = cache.Remember(call, t.CacheKey(), terms.MinLeft, s.Expiration, terms.Known)
	if err := cache.KeepReady(call, t.CacheKey(), s, terms); err != nil {
		b.Debug("cache: %v", err)
	}
}

// flagged reports whether flags changed which session the profile stands for. Such a
// session is not remembered as the answer to the same call without the flags.
func (b *Broker) flagged() bool {
	return b.Region != "" || string(b.Keystore) != os.Getenv("AWSBROKER_KEYSTORE")
}
