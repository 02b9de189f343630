package target

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/say"
)

// Describe returns words for the session: its role, account and profile, or the profiles
// that an MFA session serves.
func (t *Target) Describe() string {
	if len(t.Serves) > 0 {
		return describeAll(t.Serves)
	}
	p := t.Profile
	if p.RoleARN == "" {
		return fmt.Sprintf("a session of key %s (profile %s)", say.Quoted(p.KeyName), say.Quoted(p.Name))
	}
	account, role := awsapi.SplitARN(p.RoleARN)
	return fmt.Sprintf("role %s in account %s (profile %s)", say.Quoted(role), say.Quoted(account), say.Quoted(p.Name))
}

// fewRoles is how many roles are each described in full.
const fewRoles = 3

func describeAll(targets []*Target) string {
	var full, names []string
	for _, t := range targets {
		full, names = append(full, t.Describe()), append(names, say.Quoted(t.Profile.Name))
	}
	if len(targets) > fewRoles {
		return fmt.Sprintf("%d roles (profiles %s)", len(targets), strings.Join(names, ", "))
	}
	return strings.Join(full, ", ")
}

// Scope says for how long and for what else the code will do, where that is
// not what people are used to.
func (t *Target) Scope(life time.Duration) string {
	switch {
	case t.MFA && !t.Passing:
		return say.Sprintf("for %s after this, the roles of key %s need no other code\n", say.Duration(life), t.Profile.KeyName)
	case t.Profile.MFASession > 0 && t.NeedsOwnCode():
		return "it needs its own code, because sessions through an MFA session end after one hour\n"
	}
	return ""
}

// Steps returns in words what is asked of AWS, in order: "an MFA session", "role
// admin-mfa in account 123456789012".
func (t *Target) Steps() []string {
	var steps []string
	for ; t != nil; t = t.From {
		text := "a session of the user itself"
		switch {
		case t.MFA:
			text = "an MFA session for " + say.Duration(t.Profile.Duration)
		case t.Profile.RoleARN != "":
			account, role := awsapi.SplitARN(t.Profile.RoleARN)
			text = "role " + role + " in account " + account
		}
		if t.TakesCode() {
			text += ", with an MFA code"
		}
		steps = append(steps, text)
	}
	slices.Reverse(steps)
	return steps
}

// Limits tells of the session policies of the target: ", limited to reading".
func (t *Target) Limits() string {
	switch p := t.Profile; {
	case p.Narrowed.ReadOnly:
		return ", limited to reading"
	case p.Policy != "" || len(p.PolicyARNs) > 0:
		return ", limited by session policies"
	}
	return ""
}
