package consent

import (
	"cmp"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/agents"
	"github.com/awsbroker/awsbroker/internal/config"
)

// Rules are those of the profiles of config files. The zero value is ready.
type Rules struct {
	of   *config.Config
	held map[string]agents.Rule // by key or role: the strictest that is written for a profile which leads there
}

// OfSession returns the rule for the sessions of a profile as far as one is written: its
// own, or its source's. One of [default] gives way to stricter ones that are written for
// profiles whose sessions the profile leads to: those of its role or, if it has none, of
// its key. Another name for the same session is no way around a rule.
func (r *Rules) OfSession(cfg *config.Config, p *config.Profile) agents.Rule {
	origin, _ := p.Origin("awsbroker_agents")
	if isOfDefault := strings.TrimPrefix(origin.Section, "profile ") == "default"; !isOfDefault || p.Name == "default" {
		return p.Agents
	}
	if r.of != cfg {
		r.of, r.held = cfg, hold(cfg)
	}
	return agents.Stricter(p.Agents, r.held[gate(p)])
}

// hold returns the strictest rule for each key and role.
func hold(cfg *config.Config) map[string]agents.Rule {
	held := map[string]agents.Rule{}
	for _, name := range cfg.Ours() {
		p, err := cfg.Resolve(name)
		if err != nil || p.Agents == "" {
			continue
		}
		for _, g := range way(p) {
			held[g] = agents.Stricter(held[g], p.Agents)
		}
	}
	return held
}

// gate names what a session of a profile is of: its role, else its key.
func gate(p *config.Profile) string { return cmp.Or(p.RoleARN, keyGate+p.KeyName) }

const keyGate = "key "

// way returns what a session of a profile is of, and what it is made from: roles, a key.
func way(p *config.Profile) []string {
	all := []string{keyGate + p.KeyName}
	for ; p != nil; p = p.Source {
		all = append(all, gate(p))
	}
	return all
}

// RuleOf returns the rule for a command that changes something, from the words of its
// command line that may be names of profiles, keys and roles. The command is about the
// profiles of these names; if there is none, about all. What one of them refuses is refused.
// Only [default] allows: a profile that agents may use must not let them write another one.
// And a person is asked where other profiles with the same keys or roles hold agents back.
func RuleOf(cfg *config.Config, words []string) agents.Rule {
	if cfg == nil {
		return agents.Ask
	}
	all, _ := cfg.Value("default", "awsbroker_agents")
	named, beside := about(cfg, words)
	rule := agents.Stricter(agents.Rule(all), strictest(named))
	switch {
	case rule == agents.Refuse:
		return agents.Refuse
	case all == string(agents.Allow) && agents.Stricter(rule, strictest(beside)) == agents.Allow:
		return agents.Allow
	}
	return agents.Ask
}

// strictest returns the strictest rule that is written for one of the profiles.
func strictest(profiles []*config.Profile) (rule agents.Rule) {
	for _, p := range profiles {
		rule = agents.Stricter(rule, p.Agents)
	}
	return rule
}

// about returns the profiles that words name, themselves or by their key or role, or all;
// and those beside them that have a key or a role of theirs.
func about(cfg *config.Config, words []string) (named, beside []*config.Profile) {
	gates := map[string]bool{}
	var others []*config.Profile
	for _, name := range cfg.Ours() {
		p, err := cfg.Resolve(name)
		switch {
		case err != nil:
		case slices.ContainsFunc(words, func(w string) bool {
			return w == name || w == p.KeyName || w != "" && (w == p.RoleARN || w == roleName(p))
		}):
			named = append(named, p)
			for _, g := range way(p) {
				gates[g] = true
			}
		default:
			others = append(others, p)
		}
	}
	if len(named) == 0 || slices.Contains(words, "default") {
		return append(named, others...), nil
	}
	return named, slices.DeleteFunc(others, func(p *config.Profile) bool {
		return !slices.ContainsFunc(way(p), func(g string) bool { return gates[g] })
	})
}

func roleName(p *config.Profile) string { return p.RoleARN[strings.LastIndexByte(p.RoleARN, '/')+1:] }
