package bootstrap

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/notes"
	"github.com/awsbroker/awsbroker/internal/policy"
)

// Who may assume the role stands in its trust policy by name: the members of the group.
// A role that trusts the account leaves it to all other policies of the account, and
// whoever may assume any role, as AWS's PowerUserAccess lets, would be an administrator.

// account is the one whose users may assume the role.
func (s *bootstrap) account() string { return cmp.Or(s.o.TrustedAccount, s.out.Account) }

// personARN is the ARN of the user that this run is for; empty if it is for all users of
// a trusted account.
func (s *bootstrap) personARN() string {
	switch {
	case s.o.TrustedAccount == "":
		return cmp.Or(s.out.UserARN, s.arn("user/"+s.o.User))
	case s.o.User == "":
		return ""
	}
	return "arn:" + s.out.Partition + ":iam::" + s.o.TrustedAccount + ":user/" + s.o.User
}

// trust is the trust policy of a role, as it is to be: for the users that it names
// already, the group's members, and the user that this run is for. With --reconcile,
// who is named and not in the group is out.
func (s *bootstrap) trust(of *role) string {
	if s.personARN() == "" {
		return policy.TrustWithMFA(s.out.Partition, s.account())
	}
	users := append(slices.Clone(s.members), s.personARN())
	if !s.o.Reconcile || s.o.TrustedAccount != "" {
		users = append(users, of.named...)
	}
	slices.Sort(users)
	return policy.TrustWithMFA(s.out.Partition, s.account(), slices.Compact(users)...)
}

// noteMembers keeps the ARNs of the group's members.
func (s *bootstrap) noteMembers(users []iam.User) {
	s.members = nil
	for _, u := range users {
		s.members = append(s.members, u.ARN)
	}
}

func (s *bootstrap) trustStep(of *role) *step {
	return &step{
		what:    "trust policy of role " + of.name,
		changed: notes.Thing{Kind: notes.Trust, Name: s.o.User, On: iam.RoleNamed(of.name).String()},
		look: func(ctx context.Context) (state, error) {
			r, err := s.readRole(ctx, of)
			if err != nil {
				_, err := found("", err)
				return state{is: implied}, err
			}
			of.named = policy.TrustedUsers(s.out.Partition, s.account(), r.Trust)
			is := policyState(r.ARN, "trust policy of role "+of.name, r.Trust, s.trust(of))
			is.grows = len(of.named) > 0 && s.personARN() != "" && !s.o.Reconcile
			return is, nil
		},
		mend: func(ctx context.Context, _ *notes.Thing) error {
			return s.trustFailure(of, s.setTrust(ctx, of.name, s.trust(of)))
		},
	}
}

func (s *bootstrap) setTrust(ctx context.Context, role, document string) error {
	return s.do(ctx, func(ctx context.Context, c *iam.Client) error { return c.SetTrust(ctx, role, document) })
}

// undoTrust takes the user that was added out of the trust policy; those whom others
// added since stay. What named nobody becomes what it was.
func (s *bootstrap) undoTrust(ctx context.Context, role string, t notes.Thing) error {
	account := cmp.Or(policy.AccountTrusted(t.Before), s.out.Account)
	if t.Name == "" || policy.TrustedUsers(s.out.Partition, account, t.Before) == nil {
		return s.setTrust(ctx, role, t.Before)
	}
	return s.distrust(ctx, role, func(arn string) bool {
		return account == s.out.Account && awsapi.NameOf(arn) == t.Name || strings.HasSuffix(arn, ":user/"+t.Name)
	})
}

// distrust takes users out of a role's trust policy. A role that trusts otherwise than
// by name stays as it is.
func (s *bootstrap) distrust(ctx context.Context, role string, out func(arn string) bool) error {
	r, err := get(ctx, s, func(ctx context.Context, c *iam.Client) (iam.Role, error) { return c.Role(ctx, role) })
	if err != nil {
		return err
	}
	account := policy.AccountTrusted(r.Trust)
	named := policy.TrustedUsers(s.out.Partition, account, r.Trust)
	if !slices.ContainsFunc(named, out) {
		return nil
	}
	if rest := slices.DeleteFunc(named, out); len(rest) > 0 {
		return s.setTrust(ctx, role, policy.TrustWithMFA(s.out.Partition, account, rest...))
	}
	return s.setTrust(ctx, role, policy.TrustNobody())
}

// distrustEverywhere takes a user that is about to be deleted out of the roles of the
// journal that stay: whoever gets the name next would be trusted.
func (s *bootstrap) distrustEverywhere(ctx context.Context, user string) error {
	for _, t := range s.journal.Things {
		role := holderFrom(t.On)
		if t.Kind == notes.Role {
			role = iam.RoleNamed(t.Name)
		}
		if role.Kind != iam.OfRole {
			continue
		}
		err := s.distrust(ctx, role.Name, func(arn string) bool {
			account, _ := awsapi.SplitARN(arn)
			return account == s.out.Account && awsapi.NameOf(arn) == user
		})
		if err != nil && !awsapi.Is(err, awsapi.NotThere) {
			return err
		}
	}
	return nil
}

// trustFailure says what a refused trust policy means: AWS does not know the account
// that is to be trusted, or there are too many users to name.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
func (s *bootstrap) trustFailure(of *role, err error) error {
	var e *awsapi.Error
	switch {
	case !errors.As(err, &e):
		return err
	case e.Code == "LimitExceeded":
		return failure.New(failure.Refused, "the trust policy of role %s has no room for one more user: %s", of.name, e.Error()).
			Hint("have the quota \"Role trust policy length\" of IAM raised: it is 2,048 characters, and 8,192 at most").
			Hint("or have --reconcile take out who is not in group %s, or make a second role: --role NAME --policy NAME", s.o.Group)
	case e.Code == "MalformedPolicyDocument" && s.o.TrustedAccount != "":
		f := failure.New(failure.Refused, "AWS knows no account %s that a role here could trust: %s", s.o.TrustedAccount, e.Error()).
			Hint("look at the twelve digits: aws sts get-caller-identity tells them, with a key of that account; it has to be in the partition %s, too", s.out.Partition)
		f.Cause = err
		return f
	}
	return err
}
