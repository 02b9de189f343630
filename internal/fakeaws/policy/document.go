// Package policy evaluates policies of AWS IAM: documents, conditions,
// operators, patterns, principals, and what they say to a question. It knows no
// account: who asks, and which principals there are, its user says.
package policy

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
)

// The grammar of policies, in full, is
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html

// Kind says what a policy is for, and so which elements it has.
type Kind int

// Kinds of policies.
const (
	Identity Kind = iota // has resources
	Trust                // has principals; its resource is the role
)

type effect string

const (
	effectAllow effect = "Allow"
	effectDeny  effect = "Deny"
)

// Document is a policy of which every element is understood.
type Document struct {
	Text       string // as it was set
	statements []*statement
}

type statement struct {
	effect     effect
	principals []principal
	actions    []pattern
	butActions bool // NotAction
	resources  []pattern
	butRes     bool // NotResource
	conditions []condition
}

// Parse reads a policy and refuses what it does not understand, for an element
// that is passed over would be an element that is satisfied. find looks up the
// principals of a trust policy; an identity policy has none.
func Parse(text string, kind Kind, find Find) (*Document, error) {
	if err := rejectDuplicates(text); err != nil {
		return nil, err
	}
	var raw struct {
		Version   string
		ID        string `json:"Id"`
		Statement json.RawMessage
	}
	if err := strictJSON([]byte(text), &raw); err != nil {
		return nil, fmt.Errorf("syntax errors in policy: %w", err)
	}
	if !slices.Contains([]string{"", "2008-10-17", "2012-10-17"}, raw.Version) {
		return nil, fmt.Errorf("policy version %q", raw.Version)
	}
	var list []json.RawMessage
	if trimmed := bytes.TrimSpace(raw.Statement); len(trimmed) > 0 && trimmed[0] == '[' {
		if err := json.Unmarshal(trimmed, &list); err != nil {
			return nil, err
		}
	} else if len(trimmed) > 0 {
		list = append(list, trimmed)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("missing required field Statement")
	}
	doc := &Document{Text: text}
	for n, one := range list {
		st, err := parseStatement(one, kind, raw.Version == "2012-10-17", find)
		if err != nil {
			return nil, fmt.Errorf("statement %d: %w", n+1, err)
		}
		doc.statements = append(doc.statements, st)
	}
	return doc, nil
}

func parseStatement(text json.RawMessage, kind Kind, variables bool, find Find) (*statement, error) {
	var raw struct {
		Sid         string
		Effect      effect
		Principal   json.RawMessage
		Action      stringList
		NotAction   stringList
		Resource    stringList
		NotResource stringList
		Condition   map[string]map[string]conditionValues
	}
	if err := strictJSON(text, &raw); err != nil {
		return nil, err
	}
	st := &statement{effect: raw.Effect}
	if raw.Effect != effectAllow && raw.Effect != effectDeny {
		return nil, fmt.Errorf("effect %q", raw.Effect)
	}
	var err error
	if st.actions, st.butActions, err = oneOf("Action", raw.Action, raw.NotAction, false); err != nil {
		return nil, err
	}
	if kind == Trust {
		if raw.Resource != nil || raw.NotResource != nil {
			return nil, fmt.Errorf("has prohibited field Resource")
		}
		if st.principals, err = parsePrincipals(raw.Principal, find); err != nil {
			return nil, err
		}
		for _, a := range append(raw.Action, raw.NotAction...) {
			if !strings.HasPrefix(strings.ToLower(a), "sts:") {
				return nil, fmt.Errorf("AssumeRole policy may only specify STS AssumeRole actions, not %q", a)
			}
		}
	} else {
		if raw.Principal != nil {
			return nil, fmt.Errorf("policy document should not specify a principal")
		}
		if st.resources, st.butRes, err = oneOf("Resource", raw.Resource, raw.NotResource, variables); err != nil {
			return nil, err
		}
	}
	st.conditions, err = parseConditions(raw.Condition, variables)
	return st, err
}

// oneOf reads an element that has a negated form; one of the two has to be
// there.
func oneOf(name string, plain, negated stringList, variables bool) ([]pattern, bool, error) {
	if (plain == nil) == (negated == nil) {
		return nil, false, fmt.Errorf("needs either %s or Not%s", name, name)
	}
	var patterns []pattern
	for _, text := range append(plain, negated...) {
		if text != "*" && !strings.Contains(text, ":") {
			return nil, false, fmt.Errorf("%s %q has no service", strings.ToLower(name), text)
		}
		p, err := parsePattern(text, variables)
		if err != nil {
			return nil, false, err
		}
		patterns = append(patterns, p)
	}
	return patterns, negated != nil, nil
}

// stringList is a string or a list of strings. An empty list is no list.
type stringList []string

// UnmarshalJSON implements json.Unmarshaler.
func (l *stringList) UnmarshalJSON(b []byte) error {
	var one string
	if json.Unmarshal(b, &one) == nil {
		*l = stringList{one}
		return nil
	}
	return json.Unmarshal(b, (*[]string)(l))
}

func strictJSON(text []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("there is something after the end")
	}
	return nil
}

// rejectDuplicates finds a key that an object has twice, in whatever case:
// encoding/json would take the last one and say nothing.
func rejectDuplicates(text string) error {
	return walkObject(json.NewDecoder(strings.NewReader(text)))
}

func walkObject(d *json.Decoder) error {
	token, err := d.Token()
	if err != nil {
		return fmt.Errorf("syntax errors in policy: %w", err)
	}
	delim, isDelim := token.(json.Delim)
	if !isDelim {
		return nil
	}
	seen := map[string]bool{}
	for d.More() {
		if delim == '{' {
			key, err := d.Token()
			if err != nil {
				return fmt.Errorf("syntax errors in policy: %w", err)
			}
			name, _ := key.(string)
			if seen[strings.ToLower(name)] {
				return fmt.Errorf("the key %q is there twice", name)
			}
			seen[strings.ToLower(name)] = true
		}
		if err := walkObject(d); err != nil {
			return err
		}
	}
	if _, err = d.Token(); err != nil {
		return fmt.Errorf("syntax errors in policy: %w", err)
	}
	return nil
}
