package setup

import (
	"slices"

	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/say"
)

// includeKeys are the settings by which a profile of aws-vault's takes settings from
// another one. parent_profile is the older name
// (https://github.com/99designs/aws-vault/blob/master/USAGE.md).
var includeKeys = []string{"include_profile", "parent_profile"}

// includable are the settings that aws-vault takes from the profile that is included.
var includable = []string{
	"role_arn", "source_profile", "mfa_serial", "mfa_process", "external_id", "role_session_name", "duration_seconds", "region",
	"source_identity", "session_tags", "transitive_session_tags", "web_identity_token_file",
	"sso_session", "sso_start_url", "sso_region", "sso_account_id", "sso_role_name",
}

// included returns the settings that aws-vault gives to a profile from the profiles that
// it includes, and that the profile does not have itself. ok is false where it includes
// none that is there.
func included(cfg *config.Config, profile string) (set []config.Setting, ok bool) {
	has := map[string]bool{}
	for _, key := range includable {
		_, has[key] = plainValue(cfg, profile, key)
	}
	seen := map[string]bool{profile: true}
	for name := includedBy(cfg, profile); !seen[name] && cfg.Has(name); name = includedBy(cfg, name) {
		seen[name], ok = true, true
		for _, key := range includable {
			if value, there := plainValue(cfg, name, key); there && !has[key] {
				set, has[key] = append(set, config.Setting{Key: key, Value: value}), true
			}
		}
	}
	return set, ok
}

// includedBy returns the profile that one includes, or "".
func includedBy(cfg *config.Config, profile string) string {
	for _, key := range includeKeys {
		if name, _ := cfg.Value(profile, key); name != "" {
			return name
		}
	}
	return ""
}

// leaveIncluded has profiles stay as they are that are included by one that stays: to
// aws-vault, which goes on serving that one, their new settings would say nothing. It
// reports whether there are any, and so all has to be planned anew.
func (a *all) leaveIncluded(cfg *config.Config) (any bool) {
	for _, l := range a.out.Left {
		seen := map[string]bool{l.Profile: true}
		for name := includedBy(cfg, l.Profile); !seen[name] && cfg.Has(name); name = includedBy(cfg, name) {
			seen[name] = true
			if slices.Contains(a.out.Profiles, name) {
				a.stay[name], any = say.Sprintf("profile %s includes it, and stays as it is", l.Profile), true
			}
		}
	}
	return any
}

// plainValue returns a setting of AWS, with awsbroker's prefix or without.
func plainValue(cfg *config.Config, profile, key string) (string, bool) {
	if value, ok := cfg.Value(profile, prefix+key); ok {
		return value, true
	}
	return cfg.Value(profile, key)
}
