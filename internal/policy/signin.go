package policy

import (
	"encoding/json"
	"slices"
	"strings"
)

// signingIn are the actions that `aws login` takes; root needs none.
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/SignInLocalDevelopmentAccess.html
var signingIn = []string{"signin:AuthorizeOAuth2Access", "signin:CreateOAuth2Token"}

// WeighSignIn reports whether a policy lets a user who has a password for the console get
// sessions with `aws login`, and whether it denies that. Resources and conditions of what
// is allowed are passed over, so that rather too many are told of.
func WeighSignIn(document string) (allows, denies bool) {
	var doc readable
	if json.Unmarshal([]byte(document), &doc) != nil {
		return false, false
	}
	allowed := map[string]bool{}
	for _, s := range doc.Statement {
		for _, action := range signingIn {
			switch {
			case !s.meansAction(action):
			case s.Effect == "Allow":
				allowed[action] = true
			case s.Effect == "Deny" && len(s.Condition) == 0 && slices.ContainsFunc(s.Resource, isAnySignIn):
				denies = true
			}
		}
	}
	return len(allowed) == len(signingIn), denies
}

// isAnySignIn reports whether a resource is everything, or all programs that may sign in.
func isAnySignIn(resource string) bool {
	return resource == "*" || strings.Contains(resource, ":signin:") && strings.HasSuffix(resource, "*")
}
