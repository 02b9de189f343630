package bootstrap

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/notes"
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
		thing: notes.Thing{Kind: notes.Policy, Name: name}, changed: notes.Thing{Kind: notes.PolicyText, On: "policy " + name},
		look: func(ctx context.Context) (state, error) {
			p, ok, err := s.ownPolicy(ctx, name)
			*arn = cmp.Or(p.ARN, s.arn("policy/"+name))
			if err != nil || !ok {
				return state{}, err
			}
			is, err := get(ctx, s, func(ctx context.Context, c *iam.Client) (string, error) {
				return c.VersionDocument(ctx, p.ARN, p.Version)
			})
			if err != nil {
				return state{}, err
			}
			found := policyState(p.ARN, "policy "+name, is, says())
			if found.is == differs {
				found.versions, err = get(ctx, s, func(ctx context.Context, c *iam.Client) ([]iam.Version, error) { return c.Versions(ctx, p.ARN) })
			}
			return found, err
		},
		make: func(ctx context.Context, t *notes.Thing) error {
			p, err := get(ctx, s, func(ctx context.Context, c *iam.Client) (iam.ManagedPolicy, error) {
				return c.CreatePolicy(ctx, name, description, says())
			})
			*arn = cmp.Or(p.ARN, *arn)
			t.ID = *arn
			return err
		},
		mend: func(ctx context.Context, t *notes.Thing) error { return s.newVersion(ctx, t, says()) },
	}
}

// makesRoom is the version of a policy that has to go before it can get another
// one: the oldest that does not count. Empty: there is room.
func (found state) makesRoom() string {
	i := slices.IndexFunc(found.versions, func(v iam.Version) bool { return !v.Default })
	if len(found.versions) < iam.VersionQuota || i < 0 {
		return ""
	}
	return found.versions[i].ID
}

func versionsIn(all []iam.Version) (ids []string, inUse string) {
	for _, v := range all {
		ids = append(ids, v.ID)
		if v.Default {
			inUse = v.ID
		}
	}
	return ids, inUse
}

// newVersion gives a managed policy another version. Versions that make room for
// it are noted as lost.
func (s *bootstrap) newVersion(ctx context.Context, t *notes.Thing, document string) error {
	for _, v := range t.Lost {
		if err := s.ignoreMissing(ctx, func(ctx context.Context, c *iam.Client) error { return c.DeleteVersion(ctx, t.ID, v) }); err != nil {
			return err
		}
	}
	v, err := get(ctx, s, func(ctx context.Context, c *iam.Client) (iam.Version, error) {
		return c.CreateVersion(ctx, t.ID, document)
	})
	if err == nil {
		t.Made = append(t.Made, v.ID)
	}
	return err
}

// undoVersion lets the version count again that did, and deletes what bootstrap
// made. Where that one is gone meanwhile, its text comes back in a new one.
func (s *bootstrap) undoVersion(ctx context.Context, t notes.Thing) error {
	all, err := get(ctx, s, func(ctx context.Context, c *iam.Client) ([]iam.Version, error) { return c.Versions(ctx, t.ID) })
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(v iam.Version) bool { return v.ID == t.InUse }) {
		back := notes.Thing{ID: t.ID}
		if v := (state{versions: all}).makesRoom(); v != "" {
			back.Lost = []string{v}
		}
		return s.newVersion(ctx, &back, t.Before)
	}
	if err := s.do(ctx, func(ctx context.Context, c *iam.Client) error { return c.UseVersion(ctx, t.ID, t.InUse) }); err != nil {
		return err
	}
	made := t.Made
	if first := slices.IndexFunc(all, func(v iam.Version) bool { return !slices.Contains(t.Listed, v.ID) }); len(made) == 0 && first >= 0 {
		made = []string{all[first].ID} // the answer was lost
	}
	for _, v := range made {
		if err := s.ignoreMissing(ctx, func(ctx context.Context, c *iam.Client) error { return c.DeleteVersion(ctx, t.ID, v) }); err != nil {
			return err
		}
	}
	return nil
}
