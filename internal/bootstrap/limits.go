package bootstrap

import (
	"context"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/say"
)

// lookForLimits finds what makes less than an administrator of a role that is
// there: whoever lets everything else go for it would be none.
func (s *bootstrap) lookForLimits(ctx context.Context) error {
	r, err := s.readRole(ctx, s.admin)
	if awsapi.Is(err, awsapi.NotThere) {
		return nil
	}
	if err != nil {
		return err
	}
	if s.boundary = r.Boundary; s.boundary != "" {
		s.out.Warnings = append(s.out.Warnings, say.Sprintf("role %s has a permissions boundary, %s: it may be no administrator", s.o.Role, s.boundary))
	}
	grants, err := s.grantsOf(ctx, iam.RoleNamed(s.o.Role))
	if err != nil {
		return err
	}
	for _, g := range grants {
		if g.denies {
			s.out.Warnings = append(s.out.Warnings, say.Sprintf("%s denies something: the role may be less than an administrator", g.String()))
		}
	}
	return nil
}

// refuseBoundary: AdministratorAccess under a permissions boundary may be
// anything, and the proof does not try everything.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
func (s *bootstrap) refuseBoundary() error {
	if s.boundary == "" {
		return nil
	}
	s.showPlan()
	return failure.New(failure.Other, "nothing was changed, because the role %s has a permissions boundary and may not be an administrator: %s", s.o.Role, s.boundary).
		Hint("remove the boundary: aws iam delete-role-permissions-boundary --role-name %s", say.ShellWord(s.o.Role)).
		Hint("or have bootstrap create another role: --role NAME")
}
