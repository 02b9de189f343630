package failure

import (
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/say"
)

// ofRole translates an error of AssumeRole for a profile; nil if the error is not
// about the role. Each of AWS's limits has its own text.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html#API_AssumeRole_Errors
func ofRole(e *awsapi.Error, p *config.Profile) *Error {
	if p == nil || p.RoleARN == "" {
		return nil
	}
	name, says := p.Name, e.Message
	switch e.Reason {
	case awsapi.TooLong:
		return roleTooLong(p)
	case awsapi.ChainTooLong:
		return New(Refused, "a session that another session asks for ends after one hour, and profile %s wants %s", name, say.Duration(p.Duration)).
			Hint("set duration_seconds = 1h in the profile")
	case awsapi.PolicyTooLarge:
		return New(Refused, "the session policies and tags of profile %s are too large for AWS, which packs them together: %s", name, says).
			Hint("shorten session_policy or move it into a managed policy (session_policy_arns), or set fewer session_tags")
	case awsapi.BadPolicy:
		return New(Refused, "AWS does not accept the session policies of profile %s: %s", name, says).
			Hint("look at %s; to check a policy: aws accessanalyzer validate-policy --policy-type IDENTITY_POLICY --policy-document file://FILE", policySettings(p))
	case awsapi.BadTags:
		return New(Refused, "AWS does not accept the session tags of profile %s: %s", name, says).
			Hint("compare session_tags and transitive_session_tags with those of the profiles that it comes from")
	case awsapi.ExpiredToken:
		return New(Refused, "AWS says that the session which asks for role %s has ended: %s", roleName(p.RoleARN), says).
			Hint("check this machine's clock, or begin anew: %s", LoginCommand(p))
	case awsapi.Denied:
		return roleDenied(e, p)
	}
	return nil
}

// roleTooLong is about the role's own maximum, which only its account knows.
func roleTooLong(p *config.Profile) *Error {
	role := roleName(p.RoleARN)
	at, _ := p.Origin("duration_seconds")
	return New(Refused, "role %s allows no session of %s: its maximum session duration is shorter", role, say.Duration(p.Duration)).
		Hint("lower %s (a role allows 1h unless somebody raised it), or raise it: aws iam update-role --role-name %s --max-session-duration %d",
			at.String(), say.ShellWord(role), p.Duration/time.Second)
}

// roleDenied says what has to be allowed, and to whom: AWS names the action, but
// does not tell a missing permission from a missing trust.
func roleDenied(e *awsapi.Error, p *config.Profile) *Error {
	role := roleName(p.RoleARN)
	f := New(Refused, "AWS refused: %s", e.Error())
	who := "the user"
	if p.Chained() {
		who = "role " + roleName(p.Source.RoleARN)
	}
	switch {
	case strings.Contains(e.Message, "sts:TagSession"):
		return f.Hint("for session_tags, %s and the trust policy of role %s must allow sts:TagSession, with these tags", who, role)
	case strings.Contains(e.Message, "sts:SetSourceIdentity"):
		return f.Hint("for source_identity, %s and the trust policy of role %s must allow sts:SetSourceIdentity, with this one", who, role)
	case p.Chained():
		return f.Hint("%s must be allowed sts:AssumeRole on role %s, whose trust policy must allow it and its external id; it knows nothing of MFA in a chain", who, role)
	}
	return f.Hint("the user must be allowed sts:AssumeRole on the role, and the role's trust policy must allow the user, its MFA and external id")
}

// policySettings names the settings and flags that a refusal of a policy may be about.
func policySettings(p *config.Profile) string {
	var all []string
	for _, setting := range []string{"session_policy", "session_policy_arns", config.FlagPolicy, config.FlagPolicyARN, config.FlagReadOnly} {
		if o, ok := p.Origin(setting); ok {
			all = append(all, o.String())
		}
	}
	if p.PolicyFile != "" {
		all[0] = say.Sprintf("%s (%s)", all[0], p.PolicyFile)
	}
	return strings.Join(all, " and ")
}

// roleName returns the name of the role with this ARN.
func roleName(arn string) string {
	_, name := awsapi.SplitARN(arn)
	return name
}
