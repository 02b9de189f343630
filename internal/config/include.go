package config

// IncludeKeys are the settings by which a profile of aws-vault's takes settings from
// another one. parent_profile is the older name
// (https://github.com/99designs/aws-vault/blob/master/USAGE.md).
var IncludeKeys = []string{"include_profile", "parent_profile"}

// included are the settings that aws-vault takes from the profile that is included.
var included = []string{
	"role_arn", "source_profile", "mfa_serial", "mfa_process", "external_id", "role_session_name", "duration_seconds", "region",
	"source_identity", "session_tags", "transitive_session_tags", "web_identity_token_file",
	"sso_session", "sso_start_url", "sso_region", "sso_account_id", "sso_role_name",
}

// Included returns the settings that aws-vault gives to a profile from the profiles that
// it includes, and that the profile does not have itself. ok is false where it includes
// none. A profile that is not there gives nothing.
func (c *Config) Included(profile string) (set []Setting, ok bool) {
	has := map[string]bool{}
	for _, key := range included {
		has[key] = c.hasSetting(profile, key)
	}
	seen := map[string]bool{profile: true}
	for name, more := c.includedBy(profile); more && !seen[name] && c.Has(name); name, more = c.includedBy(name) {
		seen[name], ok = true, true
		for _, key := range included {
			if value, there := c.plainValue(name, key); there && !has[key] {
				set, has[key] = append(set, Setting{Key: key, Value: value}), true
			}
		}
	}
	return set, ok
}

// includedBy returns the profile that one includes.
func (c *Config) includedBy(profile string) (name string, ok bool) {
	for _, key := range IncludeKeys {
		if name, ok := c.Value(profile, key); ok && name != "" {
			return name, true
		}
	}
	return "", false
}

func (c *Config) hasSetting(profile, key string) bool {
	_, ok := c.plainValue(profile, key)
	return ok
}

// plainValue returns a setting of AWS, with awsbroker's prefix or without.
func (c *Config) plainValue(profile, key string) (string, bool) {
	if value, ok := c.Value(profile, prefix+key); ok {
		return value, true
	}
	return c.Value(profile, key)
}
