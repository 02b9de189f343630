// Package variables is a session as environment variables: those that the
// command of exec gets, and the forms in which export prints them.
//
// Package early uses it: it may import what that may import.
package variables

import "slices"

// Variable is one of an environment.
type Variable struct{ Name, Value string }

// Session is what a command needs of one. Package session's cannot be used
// here: it brings along what package early has to do without.
type Session struct {
	AccessKeyID, SecretAccessKey, SessionToken string
	Expiration                                 string // as session.ExpirationFormat has it
	Region                                     string // that somebody named, or empty
}

// Of a session, in the order in which they are shown.
func Of(s Session) []Variable {
	return append([]Variable{
		{"AWS_ACCESS_KEY_ID", s.AccessKeyID},
		{"AWS_SECRET_ACCESS_KEY", s.SecretAccessKey},
		{"AWS_SESSION_TOKEN", s.SessionToken},
		{"AWS_CREDENTIAL_EXPIRATION", s.Expiration},
	}, OfRegion(s.Region)...)
}

// OfCommand are those that a command gets of a session: AWS_SECURITY_TOKEN as well, the only
// name that boto 2 knows. A shell gets it neither from exec nor from export: a session that
// is put into that shell later leaves it, and botocore prefers it to AWS_SESSION_TOKEN.
func OfCommand(s Session) []Variable {
	return append(Of(s), Variable{"AWS_SECURITY_TOKEN", s.SessionToken})
}

// OfRegion are both region variables, as boto reads only the second; none
// where nobody named a region: none is invented.
func OfRegion(region string) []Variable {
	if region == "" {
		return nil
	}
	return []Variable{{"AWS_REGION", region}, {"AWS_DEFAULT_REGION", region}}
}

// cleared are the variables that would make a child use something other than
// its session (contract.md R18), and our own secrets.
var cleared = [...]string{
	"AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_CREDENTIAL_EXPIRATION",
	"AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SECURITY_TOKEN", "AWS_ACCESS_KEY", "AWS_SECRET_KEY",
	"AWS_CREDENTIAL_FILE", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_SESSION_NAME",
	"AWS_ACCOUNT_ID", "AWS_VAULT", ProfileName, "AWSBROKER_FILE_PASSPHRASE", "AWSBROKER_FILE_PASSPHRASE_FILE",
}

// misleading returns the cleared variables that no session sets. A shell keeps our own
// secrets, for the next awsbroker that runs in it.
func misleading() []string {
	var names []string
	for _, name := range cleared {
		isSet := slices.ContainsFunc(Of(Session{}), func(v Variable) bool { return v.Name == name })
		if !isSet && name[:len("AWS_")] == "AWS_" {
			names = append(names, name)
		}
	}
	return names
}

// Environ is environ for a command that gets these variables and nothing else
// that leads to credentials.
func Environ(environ []string, set []Variable) []string {
	replaced := func(name string) bool {
		return isCleared(name) || slices.ContainsFunc(set, func(v Variable) bool { return same(v.Name, name) })
	}
	out := make([]string, 0, len(environ)+len(set))
	for _, kv := range environ {
		if !replaced(nameOf(kv)) {
			out = append(out, kv)
		}
	}
	for _, v := range set {
		out = append(out, v.Name+"="+v.Value)
	}
	return out
}

// nameOf a NAME=value.
func nameOf(kv string) string {
	for i := range len(kv) {
		if kv[i] == '=' {
			return kv[:i]
		}
	}
	return kv
}

// isCleared reports whether no command gets the variable of that name as it is.
func isCleared(name string) bool {
	for _, c := range cleared {
		if same(c, name) {
			return true
		}
	}
	const container = "AWS_CONTAINER_"
	return len(name) >= len(container) && same(container, name[:len(container)])
}
