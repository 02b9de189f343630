package doctor

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/policy"
	"github.com/awsbroker/awsbroker/internal/say"
)

var (
	trustWithoutMFA = findingKind("trust-without-mfa", Serious,
		"a key that leaks is enough to assume the role, without a code")
	roleOfAnybody = findingKind("role-of-anybody", Serious,
		"a user who may assume any role (AWS's PowerUserAccess allows that) becomes an administrator with a code of their own MFA device")
	longRoleSession = findingKind("long-role-session", Warning,
		"a session that leaks works until it ends, and an hour is what awsbroker needs")
)

// lookAtRoles looks at the roles of the profiles that are in this account.
func (a *account) lookAtRoles(ctx context.Context) {
	var seen []string
	for _, t := range a.doctor.targets {
		name, ok := a.roleOf(t)
		if !ok || slices.Contains(seen, name) {
			continue
		}
		seen = append(seen, name)
		role, err := a.iam.Role(ctx, name)
		if err != nil {
			a.gap("role "+name, "", err)
			continue
		}
		a.lookAtRole(role)
		if policy.TrustsAccount(role.Trust) {
			a.open = append(a.open, role)
		}
	}
}

// noteAssumers notes that somebody may assume open roles that no policy of theirs names.
// An administrator at any time is told of as that.
func (a *account) noteAssumers(who string, p *policies) {
	if p.admin != "" {
		return
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	for role, by := range p.roles {
		if a.assumers == nil {
			a.assumers = map[string][]string{}
		}
		a.assumers[role] = append(a.assumers[role], who+" by "+by)
	}
}

// tellAssumers tells of the open roles that somebody may assume unnamed.
func (a *account) tellAssumers() {
	for _, role := range a.open {
		who := a.assumers[role.Name]
		if len(who) == 0 {
			continue
		}
		slices.Sort(who)
		a.found(roleOfAnybody, Finding{
			Title:  fmt.Sprintf("role %s can be assumed with an MFA code by %s", role.Name, fewOf(who)),
			Advice: "its trust policy trusts the whole account; bootstrap lets it name the members of the group",
			Mend:   a.bootstrapCommand(a.user, "--role "+say.ShellWord(role.Name), "--reconcile"),
		})
	}
}

func (a *account) lookAtRole(role iam.Role) {
	switch policy.TrustDemand(role.Trust) {
	case policy.NotAsked:
		a.found(trustWithoutMFA, Finding{
			Title: fmt.Sprintf("role %s can be assumed without MFA", role.Name), Mend: a.bootstrapCommand(a.user, "--role "+say.ShellWord(role.Name), "--reconcile"),
		})
	case policy.IfExists:
		a.found(trustWithoutMFA, Finding{
			Title:  fmt.Sprintf("role %s asks for MFA only where a request says whether there was any", role.Name),
			Advice: "a request signed with a long-lived key does not say so, and passes: write Bool, not BoolIfExists or Null",
			Mend:   a.bootstrapCommand(a.user, "--role "+say.ShellWord(role.Name), "--reconcile"),
		})
	}
	if role.MaxSession > time.Hour {
		a.found(longRoleSession, Finding{
			Title: fmt.Sprintf("sessions of role %s may last %s", role.Name, say.Duration(role.MaxSession)),
			Mend:  fmt.Sprintf("aws iam update-role --role-name %s --max-session-duration 3600 --profile %s", say.ShellWord(role.Name), say.ShellWord(a.profile)),
		})
	}
}
