package revoke

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/failure"
)

// An administrator deleted the user after the leak. What the role's sessions can do, they
// can still do: they are denied, and nothing is left to resume.
func TestRevokeOfADeletedUser(t *testing.T) {
	t.Parallel()
	for name, keepKey := range map[string]bool{"key leaked": false, "session leaked": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newRevoking(t, nil)
			m.AWS.User.Delete()
			m.ro.KeepKey, m.skips = keepKey, true
			_, err := m.revoke()
			if keepKey { // whose key it is cannot be told any more
				if !failure.Is(err, failure.Refused) {
					t.Errorf("%v", err)
				}
				return
			}
			if !failure.Is(err, failure.NotFound) || !strings.Contains(err.Error(), "no longer exists") || strings.Contains(err.Error(), "NOT FINISHED") {
				t.Errorf("%v\n%s", err, m.Shown())
			}
			if err := m.list(m.role); !awsapi.Is(err, awsapi.Denied) {
				t.Errorf("the role's session: %v", err)
			}
			if left, _ := filepath.Glob(filepath.Join(m.Paths.State, "revocation-*")); len(left) > 0 {
				t.Errorf("left behind: %v", left)
			}
			m.WantNobodyToAsk("admin")
		})
	}
}
