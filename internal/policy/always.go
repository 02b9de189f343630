package policy

import (
	"encoding/json"
	"slices"
	"strings"
)

// AlwaysAdmin reports whether a policy makes whoever has it an administrator at
// any time: it allows everything, or everything in IAM, with which one can give
// oneself the rest; and it does so without asking for MFA. A policy that cannot
// be read does not.
func AlwaysAdmin(document string) bool {
	admin, _ := Weigh(document)
	return admin
}

// WithoutAlwaysAdmin returns a policy less the statements that make an
// administrator at any time; empty if nothing is left of it. One that cannot be
// read is returned as it is.
func WithoutAlwaysAdmin(document string) string {
	var policy struct{ Statement oneOrMore[json.RawMessage] }
	if json.Unmarshal([]byte(document), &policy) != nil {
		return document
	}
	var left []map[string]any
	for _, text := range policy.Statement {
		var read statement
		var whole map[string]any
		if json.Unmarshal(text, &read) != nil || json.Unmarshal(text, &whole) != nil {
			return document
		}
		if !read.alwaysAdmin() {
			left = append(left, whole)
		}
	}
	if len(left) == 0 {
		return ""
	}
	return Compose(left...)
}

// Allows reports whether a policy allows anything. One that cannot be read may.
func Allows(document string) bool {
	var policy readable
	return json.Unmarshal([]byte(document), &policy) != nil || slices.ContainsFunc(policy.Statement, func(s statement) bool { return s.Effect == "Allow" })
}

// Denies reports whether a policy denies something to sessions from now on.
// What revoke puts on a role denies it to older ones.
func Denies(document string) bool {
	var policy readable
	return json.Unmarshal([]byte(document), &policy) == nil && slices.ContainsFunc(policy.Statement, func(s statement) bool {
		return s.Effect == "Deny" && !s.isAboutOlderSessions()
	})
}

// isAboutOlderSessions reports whether a statement is about sessions from before a time.
// Names of operators and keys have no case.
func (s statement) isAboutOlderSessions() bool {
	for operator, keys := range s.Condition {
		for key := range keys {
			if strings.EqualFold(operator, "DateLessThan") && strings.EqualFold(key, "aws:TokenIssueTime") {
				return true
			}
		}
	}
	return false
}
