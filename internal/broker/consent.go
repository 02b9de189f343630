package broker

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/agents"
	"github.com/awsbroker/awsbroker/internal/caller"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/consent"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/grant"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/target"
)

// noteConsent notes that a person agreed to give out the session of a target: by a
// yes, or by a code for it. The question for a code names all targets that an MFA
// session serves, so the code agrees to each of them.
func (b *Broker) noteConsent(t *target.Target) {
	if b.consents == nil {
		b.consents = map[string]bool{}
	}
	b.consents[t.Profile.Name] = true
	for _, s := range t.Serves {
		b.noteConsent(s)
	}
}

// askConsent asks whether a session may be given out, if the profile has
// awsbroker_confirm. A person who typed the code for the session is not asked.
func (b *Broker) askConsent(ctx context.Context, t *target.Target, s session.Session) error {
	if !t.Profile.Confirm || b.consents[t.Profile.Name] {
		return nil
	}
	ctx, cancel := context.WithDeadline(ctx, b.Started.Add(b.Limits.Question))
	defer cancel()
	q := consent.Question{Room: b.room(ctx, t.Profile), Wanted: consent.Wanted{Profile: t.Profile.Name, Words: t.Describe(), Of: t.CacheKey()}, Left: s.Left(time.Now())}
	err := q.Ask(ctx)
	if err == nil {
		b.noteConsent(t)
	}
	return err
}

// forAgent returns the agent that the run works for; the zero value if it works for a
// person, or does what a person agreed to.
func (b *Broker) forAgent() caller.Agent {
	if b.Approved {
		return caller.Agent{}
	}
	return b.Agent
}

// Permit decides whether a coding agent may have the session of a target, before anybody
// is asked for a code. What is only kept for later is given to nobody.
func (b *Broker) Permit(ctx context.Context, t *target.Target, want Want) error {
	if b.forAgent() == (caller.Agent{}) || want.Kept && t.AgentRule() == agents.Ask {
		return nil
	}
	err := b.decide(ctx, t, "the session of "+t.Describe()+t.Limits())
	if err == nil && t.AgentRule() == agents.Ask {
		b.noteConsent(t)
	}
	return err
}

// decide has an agent's request for what a target stands for decided, and logs that.
func (b *Broker) decide(ctx context.Context, t *target.Target, words string) error {
	ctx, cancel := context.WithDeadline(ctx, b.Started.Add(b.Limits.Question))
	defer cancel()
	answer, err := b.agentRequest(ctx, t, words).Decide(ctx)
	switch {
	case err != nil:
		b.logGrant(t, session.Session{}, grant.Denied)
	case answer == consent.Once || answer == consent.Ten:
		b.logGrant(t, session.Session{Credentials: credential.Credentials{Expiration: answer.Ends(time.Now())}}, grant.Permitted)
	}
	return err
}

// mayTake reports whether the run may take a session of the target that another one
// brought, without a question.
func (b *Broker) mayTake(ctx context.Context, t *target.Target) bool {
	return b.forAgent() == (caller.Agent{}) || b.agentRequest(ctx, t, "").IsAllowed()
}

func (b *Broker) agentRequest(ctx context.Context, t *target.Target, words string) *consent.Request {
	return &consent.Request{
		Room: b.room(ctx, t.Profile), Wanted: consent.Wanted{Profile: t.Profile.Name, Words: words, Of: t.CacheKey()},
		Agent: b.forAgent(), Rule: t.AgentRule(), ByDefault: t.Profile.Agents == "", HasRole: t.Profile.RoleARN != "",
		Command: strings.TrimSpace(b.Command + " " + grant.ProgramName(b.Program)),
	}
}

// room is where a person is asked about a profile: what an agent started asks in windows
// only.
func (b *Broker) room(ctx context.Context, p *config.Profile) consent.Room {
	return consent.Room{
		Cache: b.OpenCache(ctx), Dir: b.SessionDir(), Tell: b.TellWaiting, Debug: b.Debug,
		Open: func(ctx context.Context) (*prompt.Ladder, error) {
			a := b.NewAsker(p)
			a.inWindow = b.Agent != (caller.Agent{})
			_, err := a.Open(ctx)
			return a.ladder, err
		},
	}
}

// narrowFor makes less of the session of a profile: as the command line wants it, and to
// reading where coding agents get no more.
func (b *Broker) narrowFor(p *config.Profile) error {
	if b.forAgent() == (caller.Agent{}) || p.Agents != agents.ReadOnly {
		return p.Narrow(b.Narrowing)
	}
	const only = "coding agents may only read with profile %s (awsbroker_agents): %w"
	if !b.Narrowing.IsZero() && !b.Narrowing.ReadOnly {
		return failure.New(failure.NeedPerson, only, p.Name, errors.New("no other session policy can be added to that"))
	}
	if err := p.Narrow(config.Narrowing{ReadOnly: true}); err != nil {
		return failure.New(failure.NeedPerson, only, p.Name, err)
	}
	return nil
}

// PermitPassword decides whether a coding agent may have the Git password of a key, which
// has all the rights of its user there.
func (b *Broker) PermitPassword(ctx context.Context, key string) error {
	if b.forAgent() == (caller.Agent{}) {
		return nil
	}
	cfg, _ := b.ReadConfig()
	t := &target.Target{Profile: &config.Profile{Name: "git:" + key, KeyName: key, Agents: consent.RuleOf(cfg, []string{key})}}
	return b.decide(ctx, t, "the Git password of key "+key)
}

// PermitCommand decides whether a coding agent may run a command that changes keys,
// profiles or an account. names are the profiles and keys that it is about.
func (b *Broker) PermitCommand(ctx context.Context, names []string, line string) error {
	cfg, _ := b.ReadConfig() // nil if it cannot be read: then a person is asked
	ctx, cancel := context.WithDeadline(ctx, b.Started.Add(b.Limits.Question))
	defer cancel()
	c := consent.Command{Room: b.room(ctx, nil), Agent: b.Agent, Rule: consent.RuleOf(cfg, names), Line: line}
	err, how := c.Decide(ctx), grant.Permitted
	if err != nil {
		how = grant.Denied
	}
	b.logGrant(&target.Target{Profile: &config.Profile{}}, session.Session{}, how)
	return err
}
