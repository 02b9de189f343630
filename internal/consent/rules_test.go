package consent

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/agents"
	"github.com/awsbroker/awsbroker/internal/config"
)

// profiles are those of a person who allows agents everything but prod and vault.
const profiles = `[default]
awsbroker_agents = allow
[profile prod]
awsbroker_key = phoebe
role_arn = arn:aws:iam::123456789012:role/prod
awsbroker_agents = refuse
[profile prod-eu]
awsbroker_key = phoebe
role_arn = arn:aws:iam::123456789012:role/prod
[profile prod-own]
awsbroker_key = phoebe
role_arn = arn:aws:iam::123456789012:role/prod
awsbroker_agents = allow
[profile prod-bob]
awsbroker_key = bob
role_arn = arn:aws:iam::123456789012:role/prod
[profile dev]
awsbroker_key = phoebe
role_arn = arn:aws:iam::123456789012:role/dev
[profile user]
awsbroker_key = phoebe
[profile far]
awsbroker_key = ada
[profile jump]
awsbroker_key = ada
role_arn = arn:aws:iam::123456789012:role/jump
[profile vault]
awsbroker_key = ada
source_profile = jump
role_arn = arn:aws:iam::210987654321:role/vault
awsbroker_agents = read-only
[profile other]
awsbroker_key = eve
role_arn = arn:aws:iam::123456789012:role/other
`

func load(t *testing.T, text string) *config.Config {
	t.Helper()
	path := filepath.Join(t.TempDir(), "config")
	text = strings.ReplaceAll(text, "awsbroker_key", "credential_process = awsbroker credential-process\nawsbroker_key")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cfg, err := config.Load(path, filepath.Join(t.TempDir(), "credentials"))
	if err != nil {
		t.Fatal(err)
	}
	return cfg
}

// TestOfSession: what [default] allows gives way to what is written for a profile of which
// the session is, or that the session leads to.
func TestOfSession(t *testing.T) {
	cfg, rules := load(t, profiles), Rules{}
	for name, want := range map[string]agents.Rule{
		"prod": agents.Refuse, "prod-eu": agents.Refuse, "prod-own": agents.Allow, "prod-bob": agents.Refuse, "dev": agents.Allow,
		"user": agents.Refuse, "far": agents.ReadOnly, "jump": agents.ReadOnly, "vault": agents.ReadOnly, "other": agents.Allow,
	} {
		p, err := cfg.Resolve(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := rules.OfSession(cfg, p); got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	p, err := load(t, strings.ReplaceAll(profiles, "[default]\nawsbroker_agents = allow\n", "")).Resolve("prod-eu")
	if err != nil {
		t.Fatal(err)
	}
	if got := rules.OfSession(cfg, p); got != "" {
		t.Errorf("without a rule of [default] a person is asked, but it is %s", got)
	}
}

// TestRuleOf: a command is about all that its words lead to.
func TestRuleOf(t *testing.T) {
	cfg := load(t, profiles)
	for words, want := range map[string]agents.Rule{
		"prod":     agents.Refuse,
		"phoebe":   agents.Refuse,
		"dev":      agents.Ask, // has the key of prod
		"mine dev": agents.Ask,
		"prod-bob": agents.Ask, // has its role
		"mine eve arn:aws:iam::123456789012:role/prod": agents.Refuse,
		"mine eve prod": agents.Refuse,
		"mine other":    agents.Allow,
		"eve":           agents.Allow,
		"jump":          agents.Ask, // vault has its key
		"far":           agents.Ask,
		"mine":          agents.Refuse, // of all
		"":              agents.Refuse,
		"default other": agents.Refuse,
	} {
		if got := RuleOf(cfg, strings.Fields(words)); got != want {
			t.Errorf("%q: %s, want %s", words, got, want)
		}
	}
	cfg = load(t, strings.ReplaceAll(profiles, "[default]\nawsbroker_agents = allow\n", ""))
	for words, want := range map[string]agents.Rule{"dev": agents.Ask, "prod-own": agents.Ask, "prod": agents.Refuse, "": agents.Refuse, "other": agents.Ask} {
		if got := RuleOf(cfg, strings.Fields(words)); got != want {
			t.Errorf("without a rule of [default], %q: %s, want %s", words, got, want)
		}
	}
	if got := RuleOf(nil, []string{"other"}); got != agents.Ask {
		t.Errorf("files that cannot be read: %s", got)
	}
}
