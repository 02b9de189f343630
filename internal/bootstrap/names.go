package bootstrap

import (
	"context"
	"os"
	"strings"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/say"
)

// takeNames spells the user, the group and the role as the account does: IAM
// has no two whose names differ in case only, and may or may not find one by
// another spelling.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_identifiers.html#identifiers-friendly-names
func (s *bootstrap) takeNames(ctx context.Context) (err error) {
	s.o.Role, err = spelledRole(ctx, s, s.o.Role)
	s.admin = s.adminRole()
	if err != nil || s.o.TrustedAccount != "" {
		return err
	}
	if s.o.AgentRole {
		s.agent = s.agentRoleOf()
		if s.agent.name, err = spelledRole(ctx, s, agentRole); err != nil {
			return err
		}
	}
	s.o.User, err = spelled(ctx, s, s.o.User, func(u iam.User) string { return u.Name },
		func(ctx context.Context, c *iam.Client) (iam.User, error) { return c.User(ctx, s.o.User) },
		func(ctx context.Context, c *iam.Client) ([]iam.User, error) { return c.Users(ctx) })
	if err != nil {
		return err
	}
	s.o.Group, err = spelled(ctx, s, s.o.Group, func(g iam.Group) string { return g.Name },
		func(ctx context.Context, c *iam.Client) (g iam.Group, err error) {
			g, _, err = c.Group(ctx, s.o.Group)
			return g, err
		},
		func(ctx context.Context, c *iam.Client) ([]iam.Group, error) { return c.Groups(ctx) })
	return err
}

// spelledRole is a role's name as AWS has it; as it was given, if there is none.
func spelledRole(ctx context.Context, s *bootstrap, name string) (string, error) {
	return spelled(ctx, s, name, func(r iam.Role) string { return r.Name },
		func(ctx context.Context, c *iam.Client) (iam.Role, error) { return c.Role(ctx, name) },
		func(ctx context.Context, c *iam.Client) ([]iam.Role, error) { return c.Roles(ctx) })
}

// spelled is a name as AWS has it; as it was given, if there is none.
func spelled[T any](ctx context.Context, s *bootstrap, name string, nameOf func(T) string,
	one func(context.Context, *iam.Client) (T, error), list func(context.Context, *iam.Client) ([]T, error)) (string, error) {
	found, err := get(ctx, s, one)
	all := []T{found}
	if awsapi.Is(err, awsapi.NotThere) {
		all, err = get(ctx, s, list)
	}
	for _, have := range all {
		if strings.EqualFold(nameOf(have), name) {
			return nameOf(have), err
		}
	}
	return name, err
}

// environRegion is the region of the environment, and what names it.
func environRegion() (region, from string) {
	for _, from := range []string{"AWS_REGION", "AWS_DEFAULT_REGION"} {
		if region := os.Getenv(from); region != "" {
			return region, from
		}
	}
	return "", ""
}

// refuseEnviron: a region of another partition would be taken for the profile,
// too, which then could not be proved.
func (s *bootstrap) refuseEnviron() error {
	region, from := environRegion()
	if s.run.Region != "" || region == "" || s.o.TrustedAccount != "" || config.PartitionOfRegion(region) == s.out.Partition {
		return nil
	}
	return failure.New(failure.Usage, "the region %s (%s) is not in %s, where account %s is", region, from, s.out.Partition, s.out.Account).
		Hint("name one that is: --region %s; or: %s", config.DefaultRegion(s.out.Partition), say.UnsetVariables(from))
}
