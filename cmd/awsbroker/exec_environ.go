package main

import (
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/session"
)

// cleared are the variables that would make a child use something other than
// its session (contract.md R18), and our own secrets.
var cleared = []string{
	"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION",
	"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SECURITY_TOKEN", "AWS_ACCESS_KEY", "AWS_SECRET_KEY",
	"AWS_CREDENTIAL_FILE", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_SESSION_NAME",
	"AWS_ACCOUNT_ID", "AWSBROKER_FILE_PASSPHRASE", "AWSBROKER_FILE_PASSPHRASE_FILE",
}

// childEnviron is environ for a command that gets these variables and nothing
// else that leads to credentials.
func childEnviron(environ []string, set []variable) []string {
	replaced := func(name string) bool {
		return isCleared(name) || slices.ContainsFunc(set, func(v variable) bool { return sameVariable(v.name, name) })
	}
	var out []string
	for _, kv := range environ {
		if name, _, _ := strings.Cut(kv, "="); !replaced(name) {
			out = append(out, kv)
		}
	}
	for _, v := range set {
		out = append(out, v.name+"="+v.value)
	}
	return out
}

func isCleared(name string) bool {
	for _, c := range cleared {
		if sameVariable(c, name) {
			return true
		}
	}
	const container = "AWS_CONTAINER_"
	return len(name) >= len(container) && sameVariable(container, name[:len(container)])
}

type variable struct{ name, value string }

// sessionVariables in the order in which they are shown. Both region
// variables: boto reads only the second.
func sessionVariables(s session.Session, region string) []variable {
	v := []variable{
		{"AWS_ACCESS_KEY_ID", s.AccessKeyID},
		{"AWS_SECRET_ACCESS_KEY", s.SecretAccessKey.Reveal()},
		{"AWS_SESSION_TOKEN", s.SessionToken.Reveal()},
		{"AWS_CREDENTIAL_EXPIRATION", s.Expiration.UTC().Format(session.ExpirationFormat)},
	}
	return append(v, regionVariables(region)...)
}

// regionVariables are none where nobody named a region: none is invented.
func regionVariables(region string) []variable {
	if region == "" {
		return nil
	}
	return []variable{{"AWS_REGION", region}, {"AWS_DEFAULT_REGION", region}}
}
