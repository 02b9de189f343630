package target

import (
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/say"
)

// A profile whose source_profile has a role is a link of a chain: the session
// of the source's role asks for that of its own.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining

// CheckChain refuses a chained profile that AWS would refuse, before anybody is asked
// for a code.
func CheckChain(p *config.Profile) error {
	name, source := p.Name, p.Source.Name
	if p.KeyName != p.Source.KeyName {
		return failure.New(failure.Other, "profile %s has the key %q, but its source profile %s has the key %q", name, p.KeyName, source, p.Source.KeyName).
			Hint("remove awsbroker_key from profile %s, or remove its source_profile so that the key assumes the role directly", name)
	}
	if p.Duration > LongestFromSession {
		at, _ := p.Origin("duration_seconds")
		return failure.New(failure.Other, "%s is %s, but AWS limits role chaining (a role that another role assumes) to sessions of one hour", at.String(), say.Duration(p.Duration)).
			Hint("set it to 1h, or have the user's key assume the role: awsbroker setup %s --key %s", failure.SetupWord(p.Name), say.ShellWord(p.KeyName))
	}
	first := p
	for first.Chained() {
		first = first.Source
	}
	if p.MFASerial != "" && p.MFASerial != first.MFASerial {
		at, _ := p.Origin("mfa_serial")
		return failure.New(failure.Other, "%s: the role of profile %s assumes this role, and AWS accepts an MFA code from a user only", at.String(), source).
			Hint("set awsbroker_mfa_serial in profile %s, the first of the chain, and remove it from %s", first.Name, name)
	}
	return nil
}
