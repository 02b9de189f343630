package bootstrap

import (
	"context"

	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/policy"
)

// What --agent-role makes: a role of its own for coding agents, which may only read. A
// session policy limits sessions; a role also limits whoever finds a way to the role.
const (
	agentRole    = "agent-readonly"
	agentPolicy  = "assume-agent-role"
	agentProfile = "agent"
)

// agentRoleOf is the role for coding agents.
func (s *bootstrap) agentRoleOf() *role {
	return &role{
		name: agentRole, how: "reads only; for coding agents, with MFA, an hour at a time", description: "Reads for an hour, with MFA (awsbroker bootstrap)",
		may: policy.ReadOnlyAccess, arn: &s.out.AgentRoleARN,
	}
}

// stepsOfAgent are the steps that make the role, and let the group assume it.
func (s *bootstrap) stepsOfAgent() []*step {
	return append(s.stepsOfRole(s.agent),
		s.policyStep(agentPolicy, "allows one thing: to assume that role", "Lets members assume "+s.agent.name+" (awsbroker bootstrap)",
			func() string { return policy.AllowAssume(s.out.AgentRoleARN) }, &s.agentARN),
		s.attachStep(agentPolicy, iam.GroupNamed(s.o.Group), func() string { return s.agentARN }))
}

// checkAgentRole refuses options that --agent-role does not go with.
func checkAgentRole(o *Options) error {
	switch {
	case !o.AgentRole:
		return nil
	case o.TrustedAccount != "":
		return failure.New(failure.Usage, "--agent-role is for users of the account itself, and --trusted-account is for those of another one").
			Hint("leave out one of the two")
	case o.Role == agentRole || o.Policy == agentPolicy || o.Profile == agentProfile:
		return failure.New(failure.Usage, "--agent-role creates the role %s, the policy %s and the profile %s", agentRole, agentPolicy, agentProfile).
			Hint("name others for the administrator: --role, --policy, --profile")
	}
	return nil
}

// warnOfAgent says what makes more of the role for agents than it is to be.
func (s *bootstrap) warnOfAgent(ctx context.Context) error {
	grants, err := s.grantsOf(ctx, iam.RoleNamed(s.agent.name))
	for _, g := range grants {
		if g.arn != policy.ManagedARN(s.out.Partition, s.agent.may) && !g.denies {
			s.warn("%s is kept: coding agents may have more than %s", g.String(), s.agent.may)
		}
	}
	return err
}

// agentRoleWorks gets a session of the role for agents, with the code that was given.
func (p *proof) agentRoleWorks(ctx context.Context) (outcome string, err error) {
	t, err := p.bootstrap.run.Target(agentProfile)
	if err != nil {
		return "", err
	}
	creds, err := p.roleSession(ctx, t)
	if err != nil {
		return "", err
	}
	client, err := t.IAM(creds)
	if err != nil {
		return "", err
	}
	return "got a session that reads", p.untilReads(ctx, client)
}
