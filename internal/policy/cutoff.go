package policy

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"time"
)

// RevokeName is the name that AWS's console gives to the same policy.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_use_revoke-sessions.html
const RevokeName = "AWSRevokeOlderSessions"

// DenyBefore is a policy that denies everything to sessions issued before a
// time. Long-term keys have no such time, and are not denied.
func DenyBefore(cutoff time.Time) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["*"],"Resource":["*"],`+
		`"Condition":{"DateLessThan":{"aws:TokenIssueTime":%q}}}]}`, cutoff.UTC().Format("2006-01-02T15:04:05Z"))
}

// ParseCutoff returns the time in a policy that [DenyBefore] or AWS's console
// wrote; false if it is another one, which may deny more.
func ParseCutoff(document string) (time.Time, bool) {
	var p struct {
		Version   string
		Statement []struct {
			Sid       string
			Effect    string
			Action    oneOrMore[string]
			Resource  oneOrMore[string]
			Condition map[string]map[string]oneOrMore[string]
		}
	}
	// The console writes a list of one statement.
	d := json.NewDecoder(strings.NewReader(document))
	d.DisallowUnknownFields()
	if d.Decode(&p) != nil || len(p.Statement) != 1 {
		return time.Time{}, false
	}
	s := p.Statement[0]
	times := s.Condition["DateLessThan"]["aws:TokenIssueTime"]
	if s.Effect != "Deny" || !slices.Equal(s.Action, oneOrMore[string]{"*"}) || !slices.Equal(s.Resource, oneOrMore[string]{"*"}) ||
		len(s.Condition) != 1 || len(s.Condition["DateLessThan"]) != 1 || len(times) != 1 {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339, times[0])
	return t.UTC(), err == nil
}
