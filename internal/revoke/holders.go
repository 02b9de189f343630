package revoke

import (
	"context"
	"encoding/json"
	"slices"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/policy"
	"github.com/awsbroker/awsbroker/internal/say"
)

func indented(document string) string {
	var v any
	if json.Unmarshal([]byte(document), &v) != nil {
		return document
	}
	data, _ := json.MarshalIndent(v, "         ", "  ")
	return "         " + string(data)
}

// holder is one of those that get the deny: the user, or the role.
type holder struct {
	kind, name string
	get        func(context.Context, *iam.Client) (string, error)
	put        func(context.Context, *iam.Client, string) error
}

// holders in the order in which they are denied. What ends the session that is
// used for it comes last: the role's, or, for a session of the user's own, the
// user's.
func (v *revocation) holders() []holder {
	user := v.user.UserName()
	all := []holder{{"user", user,
		func(ctx context.Context, c *iam.Client) (string, error) {
			return c.Inline(ctx, iam.UserNamed(user), policy.RevokeName)
		},
		func(ctx context.Context, c *iam.Client, doc string) error {
			return c.PutInline(ctx, iam.UserNamed(user), policy.RevokeName, doc)
		}}}
	if v.role != "" {
		_, role := awsapi.SplitARN(v.role)
		all = append(all, holder{"role", role,
			func(ctx context.Context, c *iam.Client) (string, error) {
				return c.Inline(ctx, iam.RoleNamed(role), policy.RevokeName)
			},
			func(ctx context.Context, c *iam.Client, doc string) error {
				return c.PutInline(ctx, iam.RoleNamed(role), policy.RevokeName, doc)
			}})
	}
	if v.rotation.Access.Client != nil && v.rotation.Access.Way.User {
		slices.Reverse(all)
	}
	return all
}

// describeObject names what AWS may not let be managed, for the failure.
func (v *revocation) describeObject() string {
	text := "the inline policy " + policy.RevokeName + " of " + say.Clean(v.user.ARN)
	if !v.o.KeepKey {
		text = "the access keys and " + text
	}
	if v.role != "" {
		text += " and the one of " + say.Clean(v.role)
	}
	return text
}

// permissions is a policy that allows what a revocation needs, and no more.
func (v *revocation) permissions() string {
	keys := `,"iam:ListAccessKeys","iam:GetAccessKeyLastUsed","iam:CreateAccessKey","iam:UpdateAccessKey","iam:DeleteAccessKey"`
	if v.o.KeepKey {
		keys = ""
	}
	text := say.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:GetUserPolicy","iam:PutUserPolicy"%s],"Resource":%q}`,
		keys, v.user.ARN)
	if v.role != "" {
		text += say.Sprintf(`,{"Effect":"Allow","Action":["iam:GetRolePolicy","iam:PutRolePolicy"],"Resource":%q}`, v.role)
	}
	return text + "]}"
}
