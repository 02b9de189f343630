package broker

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/iam"
)

// policies are what somebody may do, as far as doctor wants to know.
type policies struct {
	admin  string // the first policy that allows everything without MFA; empty if none does
	denied bool   // what is done without MFA is denied
}

func (p *policies) add(name string, other *policies) {
	if p.admin == "" && other.admin != "" {
		p.admin = cmp.Or(name, other.admin)
	}
	p.denied = p.denied || other.denied
}

// policiesOf reads the inline and the managed policies of a user or a group;
// false if that is not allowed.
func (a *account) policiesOf(ctx context.Context, of iam.Holder) (*policies, bool) {
	all := &policies{}
	attached, err := a.iam.Attached(ctx, of)
	if err != nil {
		a.gap("attached policies", of.String(), err)
		return nil, false
	}
	for _, m := range attached {
		p, err := a.managed(ctx, m)
		if err != nil {
			a.gap("managed policies", m.Name, err)
			continue
		}
		all.add(m.Name, p)
	}
	names, err := a.iam.Inlines(ctx, of)
	if err != nil {
		a.gap("inline policies", of.String(), err)
		return all, true
	}
	for _, name := range names {
		text, err := a.iam.Inline(ctx, of, name)
		if err != nil {
			a.gap("inline policies", of.String(), err)
			continue
		}
		all.add(name, readPolicies(name, text))
	}
	return all, true
}

// managed reads a managed policy, once. AWS's AdministratorAccess is known.
func (a *account) managed(ctx context.Context, m iam.Attached) (*policies, error) {
	if strings.HasSuffix(m.ARN, ":iam::aws:policy/AdministratorAccess") {
		return &policies{admin: m.Name}, nil
	}
	a.mu.Lock()
	p := a.documents[m.ARN]
	a.mu.Unlock()
	if p != nil {
		return p, nil
	}
	text, err := a.iam.ManagedDocument(ctx, m.ARN)
	if err != nil {
		return nil, err
	}
	p = readPolicies(m.Name, text)
	a.mu.Lock()
	a.documents[m.ARN] = p
	a.mu.Unlock()
	return p, nil
}

// policyDocument is an IAM policy, as far as it is read here.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
type policyDocument struct {
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
	var one T
	if err := json.Unmarshal(data, &one); err != nil {
		return err
	}
	*l = oneOrMore[T]{one}
	return nil
}

// readPolicies reads one document. One that cannot be read allows nothing.
func readPolicies(name, text string) *policies {
	var doc policyDocument
	p := &policies{}
	if json.Unmarshal([]byte(text), &doc) != nil {
		return p
	}
	for _, s := range doc.Statement {
		switch {
		case s.alwaysAdmin():
			p.admin = name
		case s.Effect == "Deny" && s.deniesWithoutMFA():
			p.denied = true
		}
	}
	return p
}

// alwaysAdmin reports whether a statement makes whoever has it an administrator
// at any time, without asking for MFA.
func (s statement) alwaysAdmin() bool {
	return s.Effect == "Allow" && s.everything() && s.mfa() != demanded
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

// demand is what a statement says about MFA.
type demand int

const (
	notAsked demand = iota
	ifExists        // true where the request has the fact: one signed with a long-lived key has not
	demanded
)

// mfa tells whether a statement that allows something demands MFA.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-multifactorauthpresent
func (s statement) mfa() demand {
	is := notAsked
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
func mfaDemand(operator, key string, values []any) demand {
	loose := strings.HasSuffix(operator, "ifexists")
	switch operator = strings.TrimSuffix(operator, "ifexists"); {
	case key == "aws:multifactorauthpresent" && slices.Contains([]string{"bool", "stringequals", "stringequalsignorecase", "stringlike"}, operator) && only(values, "true"):
	case key == "aws:multifactorauthpresent" && operator == "null" && only(values, "false"):
		return ifExists // there is the fact, but it may be false
	case key == "aws:multifactorauthage" && operator == "null" && only(values, "false"):
	case key == "aws:multifactorauthage" && strings.HasPrefix(operator, "numeric") && operator != "numericnotequals":
	default:
		return notAsked
	}
	if loose {
		return ifExists
	}
	return demanded
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
