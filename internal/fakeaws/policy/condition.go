package policy

import (
	"encoding/json"
	"fmt"
	"strings"
)

// condition is one operator with one key and its values.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
type condition struct {
	key      string // lower case
	operator operator
	values   []operand
	ifExists bool
	null     bool
	set      string // "", forallvalues, foranyvalue
}

// operand is a value of the policy, ready to be compared.
type operand struct {
	text    string
	pattern pattern
}

// conditionValues are strings, numbers and booleans, one or a list of them.
type conditionValues []string

// UnmarshalJSON implements json.Unmarshaler.
func (v *conditionValues) UnmarshalJSON(b []byte) error {
	var list []json.RawMessage
	if json.Unmarshal(b, &list) != nil {
		list = []json.RawMessage{b}
	}
	for _, raw := range list {
		var text string
		if json.Unmarshal(raw, &text) != nil {
			text = string(raw)
			if strings.ContainsAny(text, "{[") || text == "null" {
				return fmt.Errorf("condition value %s", text)
			}
		}
		*v = append(*v, text)
	}
	return nil
}

func parseConditions(raw map[string]map[string]conditionValues, variables bool) ([]condition, error) {
	var all []condition
	for name, keys := range raw {
		for key, values := range keys {
			c, err := parseCondition(name, key, values, variables)
			if err != nil {
				return nil, err
			}
			all = append(all, c)
		}
	}
	return all, nil
}

func parseCondition(name, key string, values conditionValues, variables bool) (condition, error) {
	c := condition{key: strings.ToLower(key)}
	if !knownKey(key) {
		return c, fmt.Errorf("unknown condition key %q", key)
	}
	bare := strings.ToLower(name)
	if set, rest, found := strings.Cut(bare, ":"); found {
		if set != "forallvalues" && set != "foranyvalue" {
			return c, fmt.Errorf("unknown condition operator %q", name)
		}
		c.set, bare = set, rest
	}
	if bare == "null" {
		c.null = true
		bare = "bool" // its values are true and false
	} else if rest, found := strings.CutSuffix(bare, "ifexists"); found {
		c.ifExists, bare = true, rest
	}
	op, known := operators()[bare]
	if !known || (c.null && c.set != "") {
		return c, fmt.Errorf("unknown condition operator %q", name)
	}
	c.operator = op
	if len(values) == 0 {
		return c, fmt.Errorf("condition %q has no value for %q", name, key)
	}
	for _, text := range values {
		p, err := parsePattern(text, variables)
		if err != nil {
			return c, err
		}
		if err := op.check(text); err != nil {
			return c, fmt.Errorf("condition %q: %w", name, err)
		}
		c.values = append(c.values, operand{text: text, pattern: p})
	}
	return c, nil
}

// knownKey reports whether a key is known: package fakeaws fills it in where AWS
// does.
func knownKey(key string) bool {
	key = strings.ToLower(key)
	for _, prefix := range []string{"aws:requesttag/", "aws:principaltag/"} {
		if strings.HasPrefix(key, prefix) && len(key) > len(prefix) {
			return true
		}
	}
	switch key {
	case "aws:currenttime", "aws:epochtime",
		"aws:multifactorauthpresent", "aws:multifactorauthage", "aws:tokenissuetime",
		"aws:principalarn", "aws:principalaccount", "aws:principaltype", "aws:userid", "aws:username",
		"aws:requestedregion", "aws:securetransport", "aws:sourceidentity", "aws:tagkeys",
		"iam:policyarn",
		"sts:externalid", "sts:rolesessionname", "sts:sourceidentity", "sts:transitivetagkeys":
		return true
	}
	return false
}

// holds evaluates the condition. An absent key fails a condition, but a
// negated operator holds for it, and so does one that ends in IfExists.
func (c condition) holds(context map[string][]string) bool {
	actual, present := context[c.key]
	if c.null {
		for _, v := range c.values {
			if strings.EqualFold(v.text, "true") == !present {
				return true
			}
		}
		return false
	}
	if !present {
		return c.ifExists || c.operator.negated || c.set == "forallvalues"
	}
	for _, value := range actual {
		ok := c.valueHolds(value, context)
		if c.set == "foranyvalue" && ok {
			return true
		}
		if c.set != "foranyvalue" && !ok {
			return false
		}
	}
	return c.set != "foranyvalue"
}

// valueHolds compares one value of the request with those of the policy: any
// of them for a plain operator, none for a negated one.
func (c condition) valueHolds(actual string, context map[string][]string) bool {
	for _, v := range c.values {
		if c.operator.compare(v, actual, context) {
			return !c.operator.negated
		}
	}
	return c.operator.negated
}
