package bootstrap

import (
	"cmp"
	"context"

	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/notes"
	"github.com/awsbroker/awsbroker/internal/policy"
)

// role is one that bootstrap makes: its members may assume it with MFA.
type role struct {
	name        string
	how         string   // for the plan
	description string   // in AWS
	may         string   // the policy of AWS's own that it has
	arn         *string  // where its ARN is kept
	named       []string // ARNs of the users that its trust policy names
}

// adminRole is the role that may do everything.
func (s *bootstrap) adminRole() *role {
	return &role{
		name: s.o.Role, how: s.roleHow(), description: "Administrator for an hour, with MFA (awsbroker bootstrap)",
		may: policy.AdministratorAccess, arn: &s.out.RoleARN,
	}
}

func (s *bootstrap) roleHow() string {
	if s.o.TrustedAccount != "" && s.o.User != "" {
		return "for user " + s.o.User + " of account " + s.o.TrustedAccount + " with MFA, an hour at a time"
	}
	if s.o.TrustedAccount != "" {
		return "for users of account " + s.o.TrustedAccount + " with MFA, an hour at a time"
	}
	return "for the group's members, with MFA, an hour at a time"
}

// stepsOfRole returns the steps that make a role.
func (s *bootstrap) stepsOfRole(r *role) []*step {
	return []*step{s.roleStep(r), s.trustStep(r), s.maxTimeStep(r), s.attachAWS(r.may, iam.RoleNamed(r.name))}
}

// readRole returns the role as it is, and keeps its ARN.
func (s *bootstrap) readRole(ctx context.Context, of *role) (iam.Role, error) {
	r, err := get(ctx, s, func(ctx context.Context, c *iam.Client) (iam.Role, error) { return c.Role(ctx, of.name) })
	*of.arn = cmp.Or(r.ARN, s.arn("role/"+of.name))
	return r, err
}

func (s *bootstrap) roleStep(of *role) *step {
	return &step{
		what: "role " + of.name, how: of.how,
		thing: notes.Thing{Kind: notes.Role, Name: of.name},
		look: func(ctx context.Context) (state, error) {
			r, err := s.readRole(ctx, of)
			return found(r.ARN, err)
		},
		make: func(ctx context.Context, t *notes.Thing) error {
			r, err := get(ctx, s, func(ctx context.Context, c *iam.Client) (iam.Role, error) {
				return c.CreateRole(ctx, iam.NewRole{Name: of.name, Trust: s.trust(of), MaxSession: roleMaximum, Description: of.description})
			})
			t.ID = r.ARN
			return s.trustFailure(of, err)
		},
	}
}
