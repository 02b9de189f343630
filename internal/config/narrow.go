package config

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// Narrowing is what a command line makes less of a role's session: session policies
// beside those of the profile. AWS gives a session what both the role and any one of
// its session policies allow
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies.html#policies_session).
type Narrowing struct {
	ReadOnly   bool     // AWS's managed policy ReadOnlyAccess of the role's partition
	Policy     string   // JSON, or empty
	PolicyARNs []string // of managed policies
}

// The flags of commands that narrow a session, as complaints name them.
const (
	FlagReadOnly  = "--read-only"
	FlagPolicy    = "--session-policy"
	FlagPolicyARN = "--session-policy-arn"
)

// maxPolicies is how many characters an inline policy and ARNs have together
// (https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html).
const maxPolicies = 2048

// NarrowingError is a narrowing that cannot be had, or that would widen what the
// profile has.
type NarrowingError struct{ Problem, Hint string }

func (e *NarrowingError) Error() string { return e.Problem }

// Flags are those that say so, for a command that a person may run.
func (n Narrowing) Flags() (flags []string) {
	if n.ReadOnly {
		flags = append(flags, FlagReadOnly)
	}
	if n.Policy != "" {
		flags = append(flags, FlagPolicy, n.Policy)
	}
	for _, arn := range n.PolicyARNs {
		flags = append(flags, FlagPolicyARN, arn)
	}
	return flags
}

// SetPolicy sets the inline policy: JSON, or the path of a file with it, which file:// may
// stand before, as in the AWS CLI. Empty is an error, and no policy: a variable without a
// value must not lift the limit that it was to set. The error is a *NarrowingError.
func (n *Narrowing) SetPolicy(value string) error {
	if strings.HasPrefix(strings.TrimSpace(value), "{") {
		n.Policy = value
		return nil
	}
	fail := func(problem string) error {
		return &NarrowingError{Problem: FlagPolicy + " " + problem, Hint: "give it a policy in JSON, or the path of a file that has one"}
	}
	if value == "" {
		return fail("is empty")
	}
	text, err := readSmall(expandHome(strings.TrimPrefix(value, "file://")))
	if err != nil {
		return fail("names a file that cannot be read: " + err.Error())
	}
	if text == "" {
		return fail("names an empty file")
	}
	n.Policy = text
	return nil
}

// IsZero reports whether nothing is narrowed.
func (n Narrowing) IsZero() bool { return !n.ReadOnly && n.Policy == "" && len(n.PolicyARNs) == 0 }

// Check returns what is wrong with the narrowing, whatever the profile, and leaves out
// the white space of the policy, which AWS would count. The error is a *NarrowingError.
func (n *Narrowing) Check() error {
	if n.ReadOnly && (n.Policy != "" || len(n.PolicyARNs) > 0) {
		return &NarrowingError{Problem: FlagReadOnly + " excludes other session policies: a session may do what any of its session policies allows, so another policy could allow more than reading"}
	}
	if n.Policy != "" {
		policy, problem := compactPolicy(n.Policy)
		if problem != "" {
			return &NarrowingError{Problem: FlagPolicy + " " + problem}
		}
		n.Policy = policy
	}
	characters := utf8.RuneCountInString(n.Policy)
	for _, arn := range n.PolicyARNs {
		if want := checkPolicyARNs(arn); want != "" || strings.Contains(arn, ",") {
			return &NarrowingError{Problem: fmt.Sprintf("%s must be the ARN of a managed policy, like arn:aws:iam::aws:policy/ReadOnlyAccess, not %q", FlagPolicyARN, printable(arn)),
				Hint: "for several, repeat the flag"}
		}
		characters += utf8.RuneCountInString(arn)
	}
	switch {
	case len(n.PolicyARNs) > maxPolicyARNs:
		return &NarrowingError{Problem: fmt.Sprintf("AWS accepts at most %d managed policies for a session, not %d", maxPolicyARNs, len(n.PolicyARNs))}
	case characters > maxPolicies:
		return &NarrowingError{Problem: fmt.Sprintf("the session policies have %d characters together, and AWS accepts at most %d", characters, maxPolicies)}
	}
	return nil
}

// Narrow gives the session of the profile's role the policies of n, which was checked.
// It refuses what would not narrow: a profile without a role, and one that has session
// policies of its own, unless n names some of its managed ones. The error is a
// *NarrowingError.
func (p *Profile) Narrow(n Narrowing) error {
	if n.IsZero() {
		return nil
	}
	if p.RoleARN == "" {
		return &NarrowingError{Problem: fmt.Sprintf("profile %s has no role, and only the session of a role can be limited", printable(p.Name)),
			Hint: "name a profile with a role; to list them: awsbroker list"}
	}
	arns, flag := n.PolicyARNs, FlagPolicyARN
	if n.ReadOnly {
		arns, flag = []string{"arn:" + p.Partition + ":iam::aws:policy/ReadOnlyAccess"}, FlagReadOnly
	}
	if p.Policy != "" || len(p.PolicyARNs) > 0 {
		if err := p.narrowOwn(n, arns); err != nil {
			return err
		}
	} else if problem := p.strangePolicy(arns); problem != "" {
		return &NarrowingError{Problem: flag + " " + problem}
	}
	p.Narrowed, p.Limited = n, p.Limited || n.ReadOnly
	p.setPolicies(n.Policy, arns, flag)
	return nil
}

// narrowOwn allows to leave some of the profile's own session policies out, and nothing
// else: what another policy adds, the session could do as well.
func (p *Profile) narrowOwn(n Narrowing, arns []string) error {
	foreign := func(arn string) bool { return !slices.Contains(p.PolicyARNs, arn) }
	if n.Policy == "" && !slices.ContainsFunc(arns, foreign) {
		return nil
	}
	own, ok := p.Origin("session_policy")
	if !ok {
		own, _ = p.Origin("session_policy_arns")
	}
	return &NarrowingError{
		Problem: fmt.Sprintf("profile %s has session policies of its own; a session may do what any of its session policies allows, so another policy would not narrow it", printable(p.Name)),
		Hint:    "use another profile of the role, or change " + own.String(),
	}
}

func (p *Profile) setPolicies(policy string, arns []string, flag string) {
	p.Policy, p.PolicyFile, p.PolicyARNs = policy, "", arns
	p.Origins = slices.DeleteFunc(slices.Clone(p.Origins), func(o Origin) bool {
		key := strings.TrimPrefix(o.Key, prefix)
		return key == "session_policy" || key == "session_policy_arns"
	})
	if policy != "" {
		p.Origins = append(p.Origins, Origin{Key: FlagPolicy, Value: policy})
	}
	if len(arns) > 0 {
		p.Origins = append(p.Origins, Origin{Key: flag, Value: strings.Join(arns, ",")})
	}
}

// strangePolicy returns what is wrong with a managed policy that is neither of the
// role's account nor AWS's own: "names …"; empty if there is none.
func (p *Profile) strangePolicy(arns []string) string {
	role := strings.SplitN(p.RoleARN, ":", 6)
	for _, arn := range arns {
		policy := strings.SplitN(arn, ":", 6)
		if len(role) == 6 && (policy[1] != role[1] || policy[4] != "aws" && policy[4] != role[4]) {
			return fmt.Sprintf("names %s, which is neither a policy of the role's account nor one of AWS's in partition %q", arn, role[1])
		}
	}
	return ""
}
