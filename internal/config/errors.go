package config

import (
	"fmt"
	"strings"
)

// ParseError is a file that cannot be used: unreadable, or a line that AWS's
// own tools refuse or disagree about. Line is 0 when the whole file is meant.
type ParseError struct {
	Path    string
	Line    int
	Problem string
	Err     error // what the operating system said, or nil
}

func (e *ParseError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s %s", e.Path, e.Problem)
	}
	return fmt.Sprintf("%s:%d: %s", e.Path, e.Line, e.Problem)
}

func (e *ParseError) Unwrap() error { return e.Err }

// ValueError is a setting whose value cannot be used.
type ValueError struct {
	Origin Origin
	Want   string // "a role ARN like …"
}

func (e *ValueError) Error() string {
	return fmt.Sprintf("%s must be %s, not %q", e.Origin, e.Want, e.Origin.Value)
}

// RoleSessionError is a setting for the session of a role that AWS would
// refuse, or that would have no effect.
type RoleSessionError struct {
	Origin  Origin // the value is not shown: a policy is long
	Problem string // "names a file that …"
}

func (e *RoleSessionError) Error() string { return e.Origin.String() + " " + e.Problem }

// SecurityKeyError is an mfa_serial that names a FIDO security key or a
// passkey. STS takes only six-digit codes
// (https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_enable_fido.html,
// https://github.com/aws/aws-cli/issues/3607).
type SecurityKeyError struct{ Origin Origin }

func (e *SecurityKeyError) Error() string {
	return fmt.Sprintf("%s is a security key or passkey, but AWS accepts only six-digit codes from command-line tools: "+
		"add a virtual MFA device to the user and name it here instead of %q", e.Origin, e.Origin.Value)
}

// UnknownProfileError is a profile that neither file has.
type UnknownProfileError struct {
	Name    string
	Files   [2]string // that were looked in
	From    *Origin   // the source_profile that names it, or nil
	Bare    *Origin   // the header [NAME] in the config file, where it has to be [profile NAME]; or nil
	Nearest []string  // profiles with a similar name, at most three
}

func (e *UnknownProfileError) Error() string {
	text := fmt.Sprintf("there is no profile %q in %s or %s", e.Name, e.Files[0], e.Files[1])
	if e.From != nil {
		text = fmt.Sprintf("%s names a profile that does not exist: %q", e.From, e.Name)
	}
	if e.Bare != nil {
		return text + fmt.Sprintf("; %s:%d has [%s], and a profile is [profile %[3]s]", e.Bare.File, e.Bare.Line, e.Name)
	}
	if len(e.Nearest) == 0 {
		return text
	}
	quoted := make([]string, len(e.Nearest))
	for i, name := range e.Nearest {
		quoted[i] = fmt.Sprintf("%q", name)
	}
	return text + "; did you mean " + strings.Join(quoted, " or ") + "?"
}

// CycleError is a profile that is its own source, directly or through others.
type CycleError struct {
	Origin Origin   // the source_profile that closes the circle
	Cycle  []string // the names, the first repeated at the end
}

func (e *CycleError) Error() string {
	quoted := make([]string, len(e.Cycle))
	for i, name := range e.Cycle {
		quoted[i] = fmt.Sprintf("%q", name)
	}
	return fmt.Sprintf("%s forms a circle: %s", e.Origin, strings.Join(quoted, " -> "))
}

// PartitionError is two settings that belong to different AWS partitions,
// between which there is no way.
type PartitionError struct {
	A, B                   Origin
	PartitionA, PartitionB string
}

func (e *PartitionError) Error() string {
	return fmt.Sprintf("%s is in partition %q, but %s is in partition %q", e.A, e.PartitionA, e.B, e.PartitionB)
}

// NotOursError is a profile that signs in by other means than an access key.
type NotOursError struct {
	Profile string
	Origin  Origin // the setting that shows it; without its value
	How     string // "signs in with IAM Identity Center"
	Hint    string // what to run or to write instead
}

func (e *NotOursError) Error() string {
	return fmt.Sprintf("%s: profile %q %s, so awsbroker creates no sessions for it", e.Origin, e.Profile, e.How)
}
