package bootstrap

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/policy"
	"github.com/awsbroker/awsbroker/internal/say"
)

// Planned is one line of the plan.
type Planned struct {
	Sign string `json:"sign"` // + made, = there already, ~ changed, - taken away, ? proved
	What string `json:"what"`
	How  string `json:"how,omitempty"`
	Diff string `json:"diff,omitempty"`
}

// stepsOf returns the steps of the plan, in their order.
func (s *bootstrap) stepsOf() []*step {
	steps := s.stepsOfRole(s.admin)
	if s.o.Billing {
		steps = append(steps, s.attachAWS(policy.BillingPolicy, iam.RoleNamed(s.o.Role)))
	}
	if s.o.TrustedAccount != "" {
		return steps
	}
	group, user := iam.GroupNamed(s.o.Group), iam.UserNamed(s.o.User)
	steps = append([]*step{s.groupStep(), s.userStep(), s.memberStep()}, steps...)
	steps = append(steps,
		s.policyStep(s.o.Policy, "allows one thing: to assume that role", "Lets administrators assume "+s.o.Role+" (awsbroker bootstrap)",
			func() string { return policy.AllowAssume(s.out.RoleARN) }, &s.out.PolicyARN),
		s.attachStep(s.o.Policy, group, func() string { return s.out.PolicyARN }))
	if s.agent != nil {
		steps = append(steps, s.stepsOfAgent()...)
	}
	if s.o.SelfService {
		steps = append(steps,
			s.policyStep(selfServicePolicy, "own MFA device, password and keys", "Lets users manage their own credentials (awsbroker bootstrap)",
				func() string { return policy.SelfService(s.out.Partition, s.o.SelfEnroll) }, &s.selfARN),
			s.attachStep(selfServicePolicy, group, func() string { return s.selfARN }))
	}
	if s.o.ConsoleLogin {
		steps = append(steps, s.attachAWS(policy.ChangePassword, user), s.passwordStep())
	}
	steps = append(steps, s.deviceStep(), s.keyStep(), s.profileStep(s.o.Profile, s.admin))
	if s.agent != nil {
		steps = append(steps, s.profileStep(agentProfile, s.agent))
	}
	return steps
}

const selfServicePolicy = "self-service"

// makePlan reads everything, and changes nothing.
func (s *bootstrap) makePlan(ctx context.Context) error {
	if s.o.TrustedAccount == "" {
		s.out.Profile = s.o.Profile
	}
	s.out.SignIn = signInPage(s.out.Partition, s.accountName(ctx))
	if err := s.summarize(ctx); err != nil {
		return s.failureAt(&step{what: "the account"}, err)
	}
	if err := s.takeNames(ctx); err != nil {
		return s.failureAt(&step{what: "the account"}, err)
	}
	s.plan = s.stepsOf()
	for _, st := range s.plan {
		var err error
		if st.is, err = whileMissing(ctx, s, st.look); err != nil {
			return s.failureAt(st, err)
		}
		s.planStep(st)
	}
	if err := s.lookForLimits(ctx); err != nil {
		return s.failureAt(&step{what: "the rights of role " + s.o.Role}, err)
	}
	if s.agent != nil {
		if err := s.warnOfAgent(ctx); err != nil {
			return s.failureAt(&step{what: "the rights of role " + s.agent.name}, err)
		}
	}
	if err := s.warnOfAdmins(ctx); err != nil {
		return s.failureAt(&step{what: "who may assume role " + s.o.Role}, err)
	}
	if s.o.TrustedAccount == "" {
		if err := s.planTaking(ctx); err != nil {
			return s.failureAt(&step{what: "the rights of user " + s.o.User}, err)
		}
	}
	if s.hasRootKey() && !s.o.KeepRootKey && s.o.TrustedAccount == "" {
		s.out.Plan = append(s.out.Plan, Planned{Sign: "-", What: "root key " + s.actor.AccessKey.AccessKeyID, How: "at the end; you will be asked again"})
	}
	return s.planPolicies(ctx)
}

func (s *bootstrap) planStep(st *step) {
	p := Planned{What: say.Clean(st.what)}
	switch st.is.is {
	case missing:
		p.Sign, p.How = "+", say.Clean(st.how)
	case there:
		p.Sign = "="
	case differs:
		p.Sign, p.Diff = "~", st.is.diff
	default:
		return
	}
	if p.Sign == "=" && len(s.plan) > 0 && (strings.HasPrefix(st.what, "trust policy of ") || strings.HasPrefix(st.what, "longest session of ")) {
		return // the line of the role says it
	}
	s.out.Plan = append(s.out.Plan, p)
	if v := st.is.makesRoom(); v != "" {
		s.out.Plan = append(s.out.Plan, Planned{Sign: "-", What: "version " + v + " of " + p.What, How: "for good, because AWS keeps only five; it is the oldest unused one"})
	}
}

// planTaking plans to take from the user what makes an administrator without MFA.
func (s *bootstrap) planTaking(ctx context.Context) error {
	if err := s.warnOfOtherKeys(ctx); err != nil {
		return err
	}
	grants, err := s.findGrants(ctx)
	if err != nil {
		return err
	}
	ours := []string{s.out.PolicyARN, s.agentARN, s.selfARN, policy.ManagedARN(s.out.Partition, policy.ChangePassword)}
	if s.userBoundary != "" {
		s.warn("user %s has a permissions boundary, %s, which may keep the user from assuming role %s", s.o.User, s.userBoundary, s.o.Role)
	}
	for _, g := range grants {
		if g.denies {
			s.warn("%s denies something, which may keep %s from assuming role %s", g.String(), s.o.User, s.o.Role)
		}
		switch {
		case g.always && g.arn == "" && policy.WithoutAlwaysAdmin(g.document) != "":
			s.always, s.others = append(s.always, g), append(s.others, g)
			s.out.Warnings = append(s.out.Warnings, say.Sprintf("the rest of %s is kept: the user's key can use those rights without MFA", g.String()))
		case g.always:
			s.always = append(s.always, g)
		case g.arn == "" || !slices.Contains(ours, g.arn):
			s.others = append(s.others, g)
			if g.allows {
				s.warn("%s is kept: the user's key can use its rights without MFA", g.String())
			}
		}
	}
	if s.needsProof() {
		s.out.Plan = append(s.out.Plan, Planned{Sign: "?", What: "test", How: "of key, device and role, with one more code"})
	}
	for _, g := range s.always {
		s.out.Plan = append(s.out.Plan, Planned{Sign: "-", What: say.Clean(s.describeTaking(g)), How: "after the test, with the role"})
	}
	if s.takesFromGroup() {
		return s.findLockedOut(ctx)
	}
	return nil
}

// needsProof reports whether something is new, or hangs on the proof.
func (s *bootstrap) needsProof() bool {
	if s.o.TrustedAccount != "" {
		return false
	}
	return len(s.always) > 0 || len(s.journal.Things) > 0 && s.journal.Proved == nil || s.hasRootKey() && !s.o.KeepRootKey ||
		slices.ContainsFunc(s.plan, func(st *step) bool { return st.is.is == missing || st.is.is == differs })
}

// planPolicies shows what the policies say, or are to say.
func (s *bootstrap) planPolicies(context.Context) error {
	s.out.Policies = map[string]json.RawMessage{
		"trust policy of role " + s.o.Role: json.RawMessage(s.trust(s.admin)),
	}
	if s.o.TrustedAccount != "" {
		s.out.Policies["for account "+s.o.TrustedAccount] = json.RawMessage(policy.AllowAssume(s.out.RoleARN))
		return nil
	}
	s.out.Policies[s.o.Policy] = json.RawMessage(policy.AllowAssume(s.out.RoleARN))
	if s.agent != nil {
		s.out.Policies["trust policy of role "+s.agent.name] = json.RawMessage(s.trust(s.agent))
		s.out.Policies[agentPolicy] = json.RawMessage(policy.AllowAssume(s.out.AgentRoleARN))
	}
	if s.o.SelfService {
		s.out.Policies[selfServicePolicy] = json.RawMessage(policy.SelfService(s.out.Partition, s.o.SelfEnroll))
	}
	return nil
}

// summarize says what there is to know of the account, and what only the
// console can do.
func (s *bootstrap) summarize(ctx context.Context) error {
	sum, err := get(ctx, s, func(ctx context.Context, c *iam.Client) (iam.Summary, error) { return c.Summary(ctx) })
	if awsapi.Is(err, awsapi.Denied) {
		return err
	}
	if err != nil {
		s.run.Debug("iam: account summary: %s", err.Error())
		return nil // it is news, not a need
	}
	if !sum.RootMFA && s.out.Partition != "aws-us-gov" { // GovCloud's root has no console
		s.out.Left = append(s.out.Left, "the root user has no MFA device: sign in to the console as root, \"Security credentials\", \"Assign MFA device\"")
	}
	if sum.RootKeys && !s.hasRootKey() {
		s.out.Left = append(s.out.Left, "the root user has access keys, which only root can delete: sign in to the console as root, \"Security credentials\", \"Access keys\"")
	}
	if s.o.Billing {
		s.out.Left = append(s.out.Left, "for the bills, root has to allow it once: console, \"Account\", \"IAM user and role access to Billing information\", Activate")
		if _, err := get(ctx, s, func(ctx context.Context, c *iam.Client) (iam.ManagedPolicy, error) {
			return c.ManagedPolicy(ctx, policy.ManagedARN(s.out.Partition, policy.BillingPolicy))
		}); awsapi.Is(err, awsapi.NotThere) {
			return failure.New(failure.Usage, "the partition %s has no policy %s", s.out.Partition, policy.BillingPolicy).Hint("leave out --billing")
		}
	}
	switch {
	case s.o.SelfEnroll:
		s.out.Warnings = append(s.out.Warnings, "--self-enroll: with a member's access key or password alone one can add a first MFA device to that user, and with it become administrator; "+
			"when all have one: --self-service --reconcile")
	case s.o.SelfService:
		s.out.Warnings = append(s.out.Warnings, "--self-service: members manage their devices and keys with MFA; a first device, an administrator gives them: awsbroker mfa enroll --user NAME")
	}
	return nil
}
