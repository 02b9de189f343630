package failure

import (
	"strings"

	"github.com/awsbroker/awsbroker/internal/awsapi"
)

// ofDenial adds to a failure who can change the policy that AWS says it is denied by, if
// no right of the user's own would help. ok is false if AWS names no such policy.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/troubleshoot_access-denied.html
func (f *Error) ofDenial(e *awsapi.Error) (ok bool) {
	switch {
	case strings.Contains(e.Message, "service control policy"), strings.Contains(e.Message, "resource control policy"):
		f.Hint("a policy of the account's organization denies it, whatever rights the user has; the organization's administrators can change it")
	case strings.Contains(e.Message, "permissions boundary"):
		f.Hint("a permissions boundary denies it, whatever other rights the user has; an administrator can change it")
	default:
		return false
	}
	return true
}
