package broker

import (
	"slices"
	"strings"
)

// amountsToAdministrator reports whether a policy makes whoever has it an
// administrator at any time: it allows everything, or everything in IAM, with
// which one can give oneself the rest; and it does so without asking for MFA.
func amountsToAdministrator(document string) bool {
	statements, err := statementsOf(document)
	return err == nil && slices.ContainsFunc(statements, alwaysOn)
}

// alwaysOn is amountsToAdministrator for one statement.
func alwaysOn(s map[string]any) bool {
	if effect, _ := s["Effect"].(string); effect != "Allow" || wantsMFA(s["Condition"]) {
		return false
	}
	everywhere := slices.Contains(texts(s["Resource"]), "*") || s["NotResource"] != nil
	everything := slices.ContainsFunc(texts(s["Action"]), func(a string) bool {
		a = strings.ToLower(a)
		return a == "*" || a == "*:*" || a == "iam:*"
	})
	// NotAction allows all but what it names; AWS's PowerUserAccess names IAM.
	if except := texts(s["NotAction"]); len(except) > 0 {
		everything = !slices.ContainsFunc(except, func(a string) bool { return strings.HasPrefix(strings.ToLower(a), "iam:") })
	}
	return everywhere && everything
}

// wantsMFA reports whether a condition holds only with MFA.
func wantsMFA(condition any) bool {
	operators, _ := condition.(map[string]any)
	for operator, keys := range operators {
		keys, _ := keys.(map[string]any)
		for key, value := range keys {
			if strings.EqualFold(operator, "Bool") && strings.EqualFold(key, "aws:MultiFactorAuthPresent") && slices.Equal(texts(value), []string{"true"}) {
				return true
			}
		}
	}
	return false
}

// texts of an element that is one string or a list of them.
func texts(v any) []string {
	switch v := v.(type) {
	case string:
		return []string{v}
	case bool:
		return []string{map[bool]string{true: "true", false: "false"}[v]}
	case []any:
		var all []string
		for _, item := range v {
			all = append(all, texts(item)...)
		}
		return all
	}
	return nil
}

// withoutAlwaysOn is a policy less the statements that make an administrator;
// empty if nothing is left of it.
func withoutAlwaysOn(document string) string {
	statements, err := statementsOf(document)
	if err != nil {
		return document
	}
	statements = slices.DeleteFunc(statements, alwaysOn)
	if len(statements) == 0 {
		return ""
	}
	return policyOf(statements...)
}
