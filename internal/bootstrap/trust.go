package bootstrap

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/notes"
	"github.com/awsbroker/awsbroker/internal/policy"
)

// Who may assume the role stands in its trust policy by name: the members of the group.
// A role that trusts the account leaves it to all other policies of the account, and
// whoever may assume any role, as AWS's PowerUserAccess lets, would be an administrator.

// trust is the trust policy of the role, as it is to be: for the users that it names
// already, the group's members, and the user that this run is for.
func (s *bootstrap) trust() string {
	if s.o.TrustedAccount != "" {
		return policy.TrustWithMFA(s.out.Partition, s.o.TrustedAccount)
	}
	users := slices.Concat(s.named, s.members, []string{cmp.Or(s.out.UserARN, s.arn("user/"+s.o.User))})
	slices.Sort(users)
	return policy.TrustWithMFA(s.out.Partition, s.out.Account, slices.Compact(users)...)
}

// noteMembers keeps the ARNs of the group's members.
func (s *bootstrap) noteMembers(users []iam.User) {
	s.members = nil
	for _, u := range users {
		s.members = append(s.members, u.ARN)
	}
}

func (s *bootstrap) trustStep() *step {
	return &step{
		what:    "trust policy of role " + s.o.Role,
		changed: notes.Thing{Kind: notes.Trust, Name: s.o.User, On: iam.RoleNamed(s.o.Role).String()},
		look: func(ctx context.Context) (state, error) {
			r, err := s.readRole(ctx)
			if err != nil {
				_, err := found("", err)
				return state{is: implied}, err
			}
			s.named = policy.TrustedUsers(s.out.Partition, s.out.Account, r.Trust)
			is := policyState(r.ARN, "trust policy of role "+s.o.Role, r.Trust, s.trust())
			is.grows = len(s.named) > 0 && s.o.TrustedAccount == ""
			return is, nil
		},
		mend: func(ctx context.Context, _ *notes.Thing) error {
			return s.trustFailure(s.do(ctx, func(ctx context.Context, c *iam.Client) error { return c.SetTrust(ctx, s.o.Role, s.trust()) }))
		},
	}
}

// undoTrust takes the user that was added out of the trust policy; those whom others
// added since stay. What named nobody becomes what it was.
func (s *bootstrap) undoTrust(ctx context.Context, role string, t notes.Thing) error {
	before := t.Before
	r, err := get(ctx, s, func(ctx context.Context, c *iam.Client) (iam.Role, error) { return c.Role(ctx, role) })
	if err != nil {
		return err
	}
	now := policy.TrustedUsers(s.out.Partition, s.out.Account, r.Trust)
	if len(now) > 0 && t.Name != "" && policy.TrustedUsers(s.out.Partition, s.out.Account, before) != nil {
		rest := slices.DeleteFunc(now, func(arn string) bool { return awsapi.NameOf(arn) == t.Name })
		if len(rest) > 0 {
			before = policy.TrustWithMFA(s.out.Partition, s.out.Account, rest...)
		}
	}
	return s.do(ctx, func(ctx context.Context, c *iam.Client) error { return c.SetTrust(ctx, role, before) })
}

// trustFailure says what a refused trust policy means: AWS does not know the account
// that is to be trusted, or there are too many users to name.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
func (s *bootstrap) trustFailure(err error) error {
	var e *awsapi.Error
	switch {
	case !errors.As(err, &e):
		return err
	case e.Code == "LimitExceeded" && s.o.TrustedAccount == "":
		return failure.New(failure.Refused, "the trust policy of role %s has no room for one more user: %s", s.o.Role, e.Error()).
			Hint("have the quota \"Role trust policy length\" of IAM raised to 4,096 characters, or take users out of the policy and of group %s", s.o.Group)
	case e.Code == "MalformedPolicyDocument" && s.o.TrustedAccount != "":
		f := failure.New(failure.Refused, "AWS knows no account %s that a role here could trust: %s", s.o.TrustedAccount, e.Error()).
			Hint("look at the twelve digits: aws sts get-caller-identity tells them, with a key of that account; it has to be in the partition %s, too", s.out.Partition)
		f.Cause = err
		return f
	}
	return err
}
