package policy

import (
	"encoding/json"
	"slices"
)

// AlwaysAdmin reports whether a policy makes whoever has it an
// administrator at any time: it allows everything, or everything in IAM, with
// which one can give oneself the rest; and it does so without asking for MFA.
func AlwaysAdmin(document string) bool {
	statements, err := statementsOf(document)
	return err == nil && slices.ContainsFunc(statements, statementAlwaysAdmin)
}

// statementAlwaysAdmin is amountsToAdministrator for one statement, as doctor reads it.
func statementAlwaysAdmin(of map[string]any) bool {
	var s statement
	data, err := json.Marshal(of)
	return err == nil && json.Unmarshal(data, &s) == nil && s.alwaysAdmin()
}

// WithoutAlwaysAdmin is a policy less the statements that make an administrator;
// empty if nothing is left of it.
func WithoutAlwaysAdmin(document string) string {
	statements, err := statementsOf(document)
	if err != nil {
		return document
	}
	statements = slices.DeleteFunc(statements, statementAlwaysAdmin)
	if len(statements) == 0 {
		return ""
	}
	return Compose(statements...)
}

// Denies reports whether a policy denies something to sessions from now on.
// What revoke puts on a role denies it to older ones.
func Denies(document string) bool {
	statements, err := statementsOf(document)
	return err == nil && slices.ContainsFunc(statements, func(s map[string]any) bool {
		conditions, _ := s["Condition"].(map[string]any)
		before, _ := conditions["DateLessThan"].(map[string]any)
		return s["Effect"] == "Deny" && before["aws:TokenIssueTime"] == nil
	})
}
