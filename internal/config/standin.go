package config

import (
	"slices"
	"strings"
)

// ClearKeyLines are the settings that hold an access key, or a part of one.
var ClearKeyLines = []string{"aws_access_key_id", "aws_secret_access_key", "aws_session_token", "aws_security_token"}

// signingIn are the settings by which AWS's own tools get credentials for a
// profile, each of which comes before a container's credentials.
var signingIn = append([]string{
	"credential_process", "credential_source", "role_arn", "web_identity_token_file",
	"sso_session", "sso_start_url", "sso_account_id", "sso_role_name", "login_session",
}, ClearKeyLines...)

// onlyWhenSigningIn are settings that mean nothing, or are an error, without
// one of those.
var onlyWhenSigningIn = []string{"source_profile", "mfa_serial", "external_id", "role_session_name", "duration_seconds", "sso_region"}

// SignsIn returns the first setting by which AWS's own tools get credentials
// for a profile without being told of others.
func (c *Config) SignsIn(name string) (Origin, bool) {
	e := c.entry(name)
	if e == nil {
		return Origin{}, false
	}
	for _, s := range e.sections() {
		for _, o := range s.all {
			if slices.Contains(signingIn, o.name) {
				return Origin{File: s.path, Line: o.line, Section: s.name, Key: o.name}, true
			}
		}
	}
	return Origin{}, false
}

// isHarmless reports whether a setting has nothing to do with signing in.
func isHarmless(setting string) bool {
	return !slices.Contains(signingIn, setting) && !slices.Contains(onlyWhenSigningIn, setting) && !strings.HasPrefix(setting, prefix)
}

// StandInProfile is the profile that a command gets which must use no other.
const StandInProfile = "awsbroker-server"

// StandIn returns the text of the config file with one more profile, which has the
// settings of [default] but no way to sign in. Access keys in clear are left out of all
// sections, because the text is for a copy of the file.
func (c *Config) StandIn(name string) []byte {
	lines := splitLines(c.config.text)
	var text, own strings.Builder
	drop, seen := map[int]bool{}, map[string]bool{}
	for _, s := range c.config.sections() {
		of, isProfile := profileName(s.name)
		for _, o := range s.all {
			numbers := append([]int{o.line}, o.more...)
			if slices.Contains(ClearKeyLines, o.name) {
				for _, n := range numbers {
					drop[n] = true
				}
			}
			if isProfile && of == "default" && isHarmless(o.name) && !seen[o.name] {
				seen[o.name] = true
				for _, n := range numbers {
					own.WriteString(strings.TrimRight(lines[n-1], "\r\n") + "\n")
				}
			}
		}
	}
	for i, line := range lines {
		if !drop[i+1] {
			text.WriteString(line)
		}
	}
	if t := text.String(); t != "" && !strings.HasSuffix(t, "\n") {
		text.WriteString("\n")
	}
	text.WriteString("\n[profile " + name + "]\n" + own.String())
	return []byte(text.String())
}
