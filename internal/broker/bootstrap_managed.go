package broker

import (
	"context"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/iam"
)

// ownPolicy finds a managed policy of the account by its name. A name is taken
// whatever the path is, and in whatever case.
func (s *bootstrap) ownPolicy(ctx context.Context, name string) (iam.ManagedPolicy, bool, error) {
	all, err := get(ctx, s, func(ctx context.Context, c *iam.Client) ([]iam.ManagedPolicy, error) { return c.ManagedPolicies(ctx) })
	i := slices.IndexFunc(all, func(p iam.ManagedPolicy) bool { return strings.EqualFold(p.Name, name) })
	if err != nil || i < 0 {
		return iam.ManagedPolicy{}, false, err
	}
	return all[i], true, nil
}

// policyStep is a managed policy of the account. Its ARN is kept in arn.
func (s *bootstrap) policyStep(name, how, description string, says func() string, arn *string) *step {
	return &step{
		what: "policy " + name, how: how,
		thing: thing{Kind: aPolicy, Name: name}, changed: thing{Kind: aVersion, On: "policy " + name},
		look: func(ctx context.Context) (state, error) {
			p, ok, err := s.ownPolicy(ctx, name)
			*arn = firstOf(p.ARN, s.arn("policy/"+name))
			if err != nil || !ok {
				return state{}, err
			}
			is, err := get(ctx, s, func(ctx context.Context, c *iam.Client) (string, error) {
				return c.VersionDocument(ctx, p.ARN, p.Version)
			})
			return policyState(p.ARN, "policy "+name, is, says()), err
		},
		make: func(ctx context.Context, t *thing) error {
			p, err := get(ctx, s, func(ctx context.Context, c *iam.Client) (iam.ManagedPolicy, error) {
				return c.CreatePolicy(ctx, name, description, says())
			})
			*arn = firstOf(p.ARN, *arn)
			t.ID = *arn
			return err
		},
		mend: func(ctx context.Context, found state) error { return s.newVersion(ctx, found.id, says()) },
	}
}

// newVersion of a managed policy, for which the oldest that does not count
// makes room.
func (s *bootstrap) newVersion(ctx context.Context, arn, document string) error {
	all, err := get(ctx, s, func(ctx context.Context, c *iam.Client) ([]iam.Version, error) { return c.Versions(ctx, arn) })
	if err != nil {
		return err
	}
	if i := slices.IndexFunc(all, func(v iam.Version) bool { return !v.Default }); len(all) >= iam.VersionQuota && i >= 0 {
		if err := s.do(ctx, func(ctx context.Context, c *iam.Client) error { return c.DeleteVersion(ctx, arn, all[i].ID) }); err != nil {
			return err
		}
	}
	return s.do(ctx, func(ctx context.Context, c *iam.Client) error {
		_, err := c.CreateVersion(ctx, arn, document)
		return err
	})
}
