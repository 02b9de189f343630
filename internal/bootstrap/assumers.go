package bootstrap

import (
	"context"
	"slices"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/policy"
	"github.com/awsbroker/awsbroker/internal/say"
)

// warnOfAdmins says who besides the person will be an administrator, and who is one by
// the role as it is.
func (s *bootstrap) warnOfAdmins(ctx context.Context) error {
	if s.o.TrustedAccount != "" {
		if s.o.User == "" {
			s.warn("each user who may assume any role in account %s will be an administrator here with an MFA code (the policies of that account decide who may); for one user only: --user NAME", s.o.TrustedAccount)
		}
		return nil
	}
	for _, arn := range s.members {
		if arn != s.personARN() {
			s.warn("%s, of the same group, will be an administrator with a code", awsapi.NameOf(arn))
		}
	}
	for _, arn := range s.admin.named {
		if arn != s.personARN() && !slices.Contains(s.members, arn) {
			s.warn("role %s trusts %s, who is not in group %s: --reconcile takes that out", s.o.Role, arn, s.o.Group)
		}
	}
	r, err := s.readRole(ctx, s.admin)
	if awsapi.Is(err, awsapi.NotThere) || err == nil && !policy.TrustsAccount(r.Trust) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.warnOfAssumers(ctx)
}

// warnOfAssumers reads the policies of all users and groups, for a role that leaves it to
// them who may assume it. Sessions of roles have no MFA to show.
func (s *bootstrap) warnOfAssumers(ctx context.Context) error {
	holders, err := s.allHolders(ctx)
	for _, h := range holders {
		if err != nil {
			break
		}
		var grants []grant
		if grants, err = s.grantsOf(ctx, h); err != nil {
			break
		}
		if i := slices.IndexFunc(grants, func(g grant) bool { return g.anyRole && !g.always }); i >= 0 {
			s.warn("as role %s trusts the account, %s can be an administrator with a code, by %s: --reconcile ends that", s.o.Role, h.String(), grants[i].name)
		}
	}
	if awsapi.Is(err, awsapi.Denied) {
		s.warn("role %s trusts the account, and who may assume it by other policies could not be read: %s", s.o.Role, err.Error())
		return nil
	}
	return err
}

// allHolders lists the account's users and groups.
func (s *bootstrap) allHolders(ctx context.Context) (all []iam.Holder, err error) {
	users, err := get(ctx, s, func(ctx context.Context, c *iam.Client) ([]iam.User, error) { return c.Users(ctx) })
	if err != nil {
		return nil, err
	}
	groups, err := get(ctx, s, func(ctx context.Context, c *iam.Client) ([]iam.Group, error) { return c.Groups(ctx) })
	for _, u := range users {
		all = append(all, iam.UserNamed(u.Name))
	}
	for _, g := range groups {
		all = append(all, iam.GroupNamed(g.Name))
	}
	return all, err
}

func (s *bootstrap) warn(format string, args ...any) {
	s.out.Warnings = append(s.out.Warnings, say.Sprintf(format, args...))
}
