package policy

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
)

// readable is an IAM policy, as far as it is read here.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
type readable struct {
	Statement oneOrMore[statement]
}

type statement struct {
	Effect      string
	Principal   json.RawMessage
	Action      oneOrMore[string]
	NotAction   oneOrMore[string]
	Resource    oneOrMore[string]
	NotResource oneOrMore[string]
	Condition   map[string]map[string]oneOrMore[any]
}

// oneOrMore is a list in JSON, of which IAM lets the brackets be left out.
type oneOrMore[T any] []T

// UnmarshalJSON reads both.
func (l *oneOrMore[T]) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(bytes.TrimSpace(data), []byte("[")) {
		return json.Unmarshal(data, (*[]T)(l))
	}
	if string(data) == "null" {
		return nil // nothing, and not one of nothing
	}
	var one T
	if err := json.Unmarshal(data, &one); err != nil {
		return err
	}
	*l = oneOrMore[T]{one}
	return nil
}

// Weigh reports whether a policy makes whoever has it an administrator at
// any time, and whether it denies what is done without MFA. One that cannot be
// read does neither.
func Weigh(document string) (admin, deniesWithoutMFA bool) {
	var doc readable
	if json.Unmarshal([]byte(document), &doc) != nil {
		return false, false
	}
	for _, s := range doc.Statement {
		switch {
		case s.alwaysAdmin():
			admin = true
		case s.Effect == "Deny" && s.deniesWithoutMFA():
			deniesWithoutMFA = true
		}
	}
	return admin, deniesWithoutMFA
}

// TrustDemand is the least that a trust policy demands of people: a statement
// for services and identity providers, which have no MFA devices, does not count.
func TrustDemand(text string) Demand {
	var doc readable
	least := Demanded
	if json.Unmarshal([]byte(text), &doc) != nil {
		return least
	}
	for _, s := range doc.Statement {
		switch {
		case s.Effect == "Deny" && s.ifWithoutMFA():
			return Demanded
		case s.Effect == "Allow" && s.letsPeopleAssume():
			least = min(least, s.mfa())
		}
	}
	return least
}

func (s statement) letsPeopleAssume() bool {
	assume := slices.ContainsFunc(s.Action, func(action string) bool {
		return action == "*" || strings.EqualFold(action, "sts:*") || strings.EqualFold(action, "sts:AssumeRole")
	})
	var principal struct{ AWS oneOrMore[string] }
	var anybody string
	if json.Unmarshal(s.Principal, &anybody) == nil {
		return assume && anybody == "*"
	}
	return assume && json.Unmarshal(s.Principal, &principal) == nil && len(principal.AWS) > 0
}

// alwaysAdmin reports whether a statement makes whoever has it an administrator
// at any time, without asking for MFA.
func (s statement) alwaysAdmin() bool {
	return s.Effect == "Allow" && s.everything() && s.mfa() != Demanded
}

// everything reports whether a statement is about all actions on all
// resources, or about all of IAM, which can give itself the rest.
func (s statement) everything() bool {
	all := slices.ContainsFunc(s.Action, func(action string) bool {
		return action == "*" || action == "*:*" || strings.EqualFold(action, "iam:*")
	})
	// NotAction is all but what it names; AWS's PowerUserAccess names IAM.
	if len(s.NotAction) > 0 {
		all = !slices.ContainsFunc(s.NotAction, func(a string) bool { return strings.HasPrefix(strings.ToLower(a), "iam:") })
	}
	return all && (slices.ContainsFunc(s.Resource, allOfIAM) || len(s.NotResource) > 0)
}

// allOfIAM reports whether a resource is everything, or as much of IAM as it
// takes to become an administrator: all users, all groups or all roles. What
// is left out at the end of an ARN is all there is.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html
func allOfIAM(resource string) bool {
	parts := strings.SplitN(resource, ":", 6)
	if resource == "*" || parts[0] != "arn" {
		return resource == "*"
	}
	for len(parts) < 6 {
		parts = append(parts, "*")
	}
	service, region, name := parts[2], parts[3], parts[5]
	return slices.Contains([]string{"iam", "*"}, service) && slices.Contains([]string{"", "*"}, region) &&
		slices.Contains([]string{"*", "user/*", "group/*", "role/*"}, name)
}

// Demand is what a statement says about MFA.
type Demand int

const (
	NotAsked Demand = iota
	IfExists        // true where the request has the fact: one signed with a long-lived key has not
	Demanded
)

// mfa tells whether a statement that allows something demands MFA.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-multifactorauthpresent
func (s statement) mfa() Demand {
	is := NotAsked
	for operator, keys := range s.Condition {
		for key, values := range keys {
			d := mfaDemand(strings.ToLower(operator), strings.ToLower(key), values)
			is = max(is, d)
		}
	}
	return is
}

// mfaDemand reads one line of a condition. Only requests with MFA have an age
// of it; that there is none satisfies operators that say what it is not.
func mfaDemand(operator, key string, values []any) Demand {
	loose := strings.HasSuffix(operator, "ifexists")
	switch operator = strings.TrimSuffix(operator, "ifexists"); {
	case key == "aws:multifactorauthpresent" && slices.Contains([]string{"bool", "stringequals", "stringequalsignorecase", "stringlike"}, operator) && only(values, "true"):
	case key == "aws:multifactorauthpresent" && operator == "null" && only(values, "false"):
		return IfExists // there is the fact, but it may be false
	case key == "aws:multifactorauthage" && operator == "null" && only(values, "false"):
	case key == "aws:multifactorauthage" && strings.HasPrefix(operator, "numeric") && operator != "numericnotequals":
	default:
		return NotAsked
	}
	if loose {
		return IfExists
	}
	return Demanded
}

// only reports whether all values are this truth value, in whatever type.
func only(values []any, want string) bool {
	for _, v := range values {
		switch v := v.(type) {
		case string:
			if !strings.EqualFold(v, want) {
				return false
			}
		case bool:
			if v != (want == "true") {
				return false
			}
		default:
			return false
		}
	}
	return len(values) > 0
}

// deniesWithoutMFA reports whether a statement denies, to requests without
// MFA, everything or everything but some actions, as AWS's own example does.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_examples_iam_mfa-selfmanage.html
func (s statement) deniesWithoutMFA() bool {
	if len(s.NotAction) == 0 && !slices.Contains(s.Action, "*") || !slices.Contains(s.Resource, "*") {
		return false
	}
	return s.ifWithoutMFA()
}

// ifWithoutMFA reports whether a statement is about all requests without MFA,
// those among them that do not say so.
func (s statement) ifWithoutMFA() bool {
	for operator, keys := range s.Condition {
		for key, values := range keys {
			switch key = strings.ToLower(key); {
			case strings.EqualFold(operator, "BoolIfExists") && key == "aws:multifactorauthpresent" && only(values, "false"),
				strings.EqualFold(operator, "Null") && key == "aws:multifactorauthage" && only(values, "true"):
				return true
			}
		}
	}
	return false
}
