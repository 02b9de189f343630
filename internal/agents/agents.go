// Package agents says what a coding agent gets of a profile's sessions.
package agents

import "strings"

// Rule is what a person lets coding agents have of a profile (awsbroker_agents).
type Rule string

// The rules, from the strictest on. The zero value is none: nobody wrote one.
const (
	Refuse   Rule = "refuse"    // no session
	ReadOnly Rule = "read-only" // a session that may read, by AWS's policy ReadOnlyAccess
	Ask      Rule = "ask"       // a session, if a person agrees in a way in which no agent can
	Allow    Rule = "allow"     // what a person gets
)

var rules = [...]Rule{Refuse, ReadOnly, Ask, Allow}

// Check returns what a rule must be, or "" if value is one.
func Check(value string) (want string) {
	var names []string
	for _, r := range rules {
		if value == string(r) {
			return ""
		}
		names = append(names, string(r))
	}
	return "one of " + strings.Join(names, ", ")
}

// Stricter returns the one of two rules that gives less. One that nobody wrote gives way.
func Stricter(a, b Rule) Rule {
	for _, r := range rules {
		if a == r || b == r {
			return r
		}
	}
	return ""
}

// Of returns the rule that counts. Without a written one, a person is asked, unless the
// session is limited anyway: by session policies of the profile, or to reading.
func Of(written Rule, limited bool) Rule {
	switch {
	case written != "":
		return written
	case limited:
		return Allow
	}
	return Ask
}
