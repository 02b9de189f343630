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
		return New(Refused, "AWS ends a session that comes from another session after one hour, but profile %s asks for %s", name, say.Duration(p.Duration)).
			Hint("set duration_seconds = 1h in the profile")
	case awsapi.PolicyTooLarge:
		return New(Refused, "the session policies and tags of profile %s are together too large for AWS: %s", name, says).
			Hint("shorten session_policy, or use a managed policy (session_policy_arns), or fewer session_tags")
	case awsapi.BadPolicy:
		return New(Refused, "AWS does not accept the session policies of profile %s: %s", name, says).
			Hint("check %s with: aws accessanalyzer validate-policy --policy-type IDENTITY_POLICY --policy-document file://FILE", policySettings(p))
	case awsapi.BadTags:
		return New(Refused, "AWS does not accept the session tags of profile %s: %s", name, says).
			Hint("compare session_tags and transitive_session_tags with those of its source profiles")
	case awsapi.ExpiredToken:
		return New(Refused, "AWS says that the session used to assume role %s has ended: %s", roleName(p.RoleARN), says).
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
	return New(Refused, "role %s does not allow sessions of %s: its maximum session duration is shorter", role, say.Duration(p.Duration)).
		Hint("lower %s (the default maximum is 1h), or raise the maximum: aws iam update-role --role-name %s --max-session-duration %d",
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
	case f.ofDenial(e):
		return f
	case strings.Contains(e.Message, "sts:TagSession"):
		return f.Hint("for session_tags, both %s and the trust policy of role %s must allow sts:TagSession with these tags", who, role)
	case strings.Contains(e.Message, "sts:SetSourceIdentity"):
		return f.Hint("for source_identity, both %s and the trust policy of role %s must allow sts:SetSourceIdentity with this value", who, role)
	case p.Chained():
		return f.Hint("allow %s to call sts:AssumeRole on role %s, and allow it and its external id in the role's trust policy, without an MFA condition (a chain of roles has none)", who, role)
	}
	return f.Hint("allow the user to call sts:AssumeRole on the role, and check that the role's trust policy allows the user, its MFA device and its external id")
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
