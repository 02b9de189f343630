package policy

import (
	"encoding/json"
	"slices"
	"strings"
)

// AllowsAnyRole reports whether a policy lets who has it assume a role that it does not
// name: by a pattern, or by everything. Conditions are passed over, so that rather too
// many are told of.
func AllowsAnyRole(document, roleARN string) bool {
	var doc readable
	if json.Unmarshal([]byte(document), &doc) != nil {
		return false
	}
	allowed := false
	for _, s := range doc.Statement {
		switch {
		case !s.meansAssumeRole():
		case s.Effect == "Deny" && len(s.Condition) == 0 && s.meansRole(roleARN):
			return false
		case s.Effect == "Allow" && s.meansRole(roleARN) && !slices.Contains(s.Resource, roleARN):
			allowed = true
		}
	}
	return allowed
}

// TrustsAccount reports whether a trust policy leaves it to the account's other policies
// who may assume the role, with MFA or without.
func TrustsAccount(document string) bool {
	var doc readable
	if json.Unmarshal([]byte(document), &doc) != nil {
		return false
	}
	return slices.ContainsFunc(doc.Statement, func(s statement) bool {
		return s.Effect == "Allow" && s.letsPeopleAssume() && s.namesAccount() && !s.namesPrincipals()
	})
}

// AccountTrusted returns the id of the account that the only statement of a trust policy
// is about; empty for any other policy.
func AccountTrusted(document string) string {
	var doc readable
	if json.Unmarshal([]byte(document), &doc) != nil || len(doc.Statement) != 1 {
		return ""
	}
	var principal struct{ AWS oneOrMore[string] }
	if json.Unmarshal(doc.Statement[0].Principal, &principal) != nil || len(principal.AWS) != 1 {
		return ""
	}
	parts := strings.Split(principal.AWS[0], ":")
	if len(parts) != 6 {
		return strings.TrimSuffix(principal.AWS[0], "*")
	}
	return parts[4]
}

// namesAccount reports whether a whole account is among the principals, or everybody.
func (s statement) namesAccount() bool {
	var principal struct{ AWS oneOrMore[string] }
	if json.Unmarshal(s.Principal, &principal) != nil {
		return true // "*", as letsPeopleAssume has seen
	}
	return slices.ContainsFunc(principal.AWS, func(p string) bool {
		return p == "*" || strings.HasSuffix(p, ":root") || !strings.Contains(p, ":")
	})
}

// namesPrincipals reports whether a condition says who it is for: by name, and not by a
// pattern that fits every user. That a tag is as it should be where there is one, as with
// IfExists, says nothing: most users have none.
func (s statement) namesPrincipals() bool {
	for operator, keys := range s.Condition {
		operator = strings.ToLower(operator)
		for key, values := range keys {
			key = strings.ToLower(key)
			switch {
			case strings.Contains(operator, "not") || operator == "null" || slices.ContainsFunc(values, fitsEveryUser):
			case key == "aws:principalarn", key == "aws:username", key == "aws:userid",
				strings.HasPrefix(key, "aws:principaltag/") && !strings.HasSuffix(operator, "ifexists"):
				return true
			}
		}
	}
	return false
}

// fitsEveryUser reports whether a value of a condition fits whatever user there is, as
// an ARN or as a name.
func fitsEveryUser(value any) bool {
	text, _ := value.(string)
	if parts := strings.SplitN(text, ":", 6); len(parts) == 6 {
		return matches(parts[5], "user/\x00")
	}
	return matches(text, "\x00")
}

func (s statement) meansAssumeRole() bool { return s.meansAction("sts:AssumeRole") }

// meansAction reports whether a statement is about an action.
func (s statement) meansAction(name string) bool {
	means := func(action string) bool { return matches(strings.ToLower(action), strings.ToLower(name)) }
	if len(s.NotAction) > 0 {
		return !slices.ContainsFunc(s.NotAction, means)
	}
	return slices.ContainsFunc(s.Action, means)
}

func (s statement) meansRole(arn string) bool {
	means := func(resource string) bool { return matches(resource, arn) }
	if len(s.NotResource) > 0 {
		return !slices.ContainsFunc(s.NotResource, means)
	}
	return slices.ContainsFunc(s.Resource, means)
}

// matches reports whether a pattern of IAM's, with * and ?, fits a text.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
func matches(pattern, text string) bool {
	star, mark, p, t := -1, 0, 0, 0
	for t < len(text) {
		switch {
		case p < len(pattern) && pattern[p] == '*':
			star, mark, p = p, t, p+1
		case p < len(pattern) && (pattern[p] == '?' || pattern[p] == text[t]):
			p, t = p+1, t+1
		case star >= 0:
			mark++
			p, t = star+1, mark
		default:
			return false
		}
	}
	return strings.Trim(pattern[p:], "*") == ""
}
