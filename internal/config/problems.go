package config

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/near"
	"github.com/awsbroker/awsbroker/internal/pattern"
)

// The kinds of problems.
const (
	BesideProcess     ProblemKind = iota + 1 // AWS's tools trip over it beside a credential_process
	UnknownSetting                           // one with our prefix that does not exist, or one of another tool's
	InCredentialsFile                        // a credential_process in the credentials file
	OtherProfile                             // the credential_process asks for another profile
	DeviceOfSource                           // an mfa_serial that is written where it does not count
	DeviceInChain                            // an mfa_serial beside a role that is assumed from another
	UnportableProcess                        // the credential_process is not read alike by all tools
	QuotedValue                              // some tools take the quotes off a value, others don't
	TrailingComment                          // a comment for some tools, a part of the value for others
	Brackets                                 // a line that the C++ SDK takes for a section header
	Overridden                               // the credentials file has another value, which wins
)

// findProblems notes what awsbroker copes with and other tools do not.
func (r *resolver) findProblems() {
	p := r.profile
	for _, s := range r.view.sections {
		options := s.all
		for i := range options {
			o := &options[i]
			if name, ok := strings.CutPrefix(o.name, prefix); ok && !slices.Contains(known, name) {
				r.addProblemAt(UnknownSetting, s, o, unknownSetting(name))
			}
			if o.name == prefix+passphraseFor && p.Name != "default" {
				r.addProblemAt(UnknownSetting, s, o, o.name+" has an effect only in [default]: the encrypted file has one passphrase for all profiles")
			}
			if text := ofAWSVault[o.name]; text != "" && (o.name != "mfa_process" || p.MFAProcess == "") {
				r.addProblemAt(UnknownSetting, s, o, text)
			}
			if !runsUs(p.CredentialProcess) {
				continue
			}
			if text := besideProcess(o.name); text != "" {
				r.addProblemAt(BesideProcess, s, o, text)
			}
			if o.name == "credential_process" && s == r.view.credentials {
				r.addProblemAt(InCredentialsFile, s, o, "credential_process belongs in the config file: some SDKs read it only there")
			}
			r.findMisread(s, o)
			r.findOverridden(s, o)
		}
	}
	if origin, ok := p.Origin("credential_process"); ok && runsUs(origin.Value) {
		if name := processProfile(origin.Value); name != p.Name {
			r.addProblem(OtherProfile, origin, fmt.Sprintf("credential_process asks for profile %q, not for %q", name, p.Name))
		}
	}
	r.findDeviceOfSource()
	r.findDeviceInChain()
}

func (r *resolver) addProblemAt(kind ProblemKind, s *section, o *option, text string) {
	r.addProblem(kind, s.origin(o), text)
}

func (r *resolver) addProblem(kind ProblemKind, o Origin, text string) {
	r.profile.Problems = append(r.profile.Problems, Problem{Kind: kind, Origin: o, Text: text})
}

// plainProcess is a command line that means the same with a shell and without
// one, on every system: an absolute path or a bare name, and plain words
// (contract.md R12).
var plainProcess = pattern.Of(`^(/|[A-Za-z]:\\|)[A-Za-z0-9_.@+-][A-Za-z0-9_./\\@+-]*( +[A-Za-z0-9_./:=,@+%-]+)*$`)

// findMisread notes a line that AWS's tools read in several ways (contract.md 2.1 and
// 4.3). It looks at lines with awsbroker's prefix too, since every tool parses them.
func (r *resolver) findMisread(s *section, o *option) {
	value := o.rawValue()
	if strings.Contains(o.text, "[") && strings.Contains(o.text, "]") {
		r.addProblemAt(Brackets, s, o, o.name+" has both [ and ] in its line, which the C++ SDK reads as the beginning of a section")
	}
	switch {
	case strings.HasPrefix(o.name, prefix):
	case strings.Contains(value, " #"), strings.Contains(value, " ;"):
		r.addProblemAt(TrailingComment, s, o, o.name+" has a comment behind its value, which the AWS CLI reads as a part of the value")
	case o.name == "credential_process":
		if !plainProcess().MatchString(value) || !portablePath(value) {
			r.addProblemAt(UnportableProcess, s, o, "credential_process is not a plain command line: quotes, ~, $ and relative paths do not mean the same in all AWS tools")
		}
	case len(value) > 1 && value[0] == value[len(value)-1] && (value[0] == '"' || value[0] == '\''):
		r.addProblemAt(QuotedValue, s, o, o.name+" is in quotes: the AWS CLI reads them as a part of the value, and other tools remove them")
	}
}

// findOverridden notes a setting of the credentials file that wins over another value
// in the config file, where people look for what counts.
func (r *resolver) findOverridden(s *section, o *option) {
	if s != r.view.credentials || !isReadable(o.name) || slices.Contains(ClearKeyLines, o.name) {
		return
	}
	for _, other := range r.view.sections[1:] {
		if loser := other.option(o.name); loser != nil && loser.rawValue() != o.rawValue() {
			r.addProblemAt(Overridden, s, o, fmt.Sprintf("%s overrides another value on line %d of %s", o.name, loser.line, other.path))
		}
	}
}

// portablePath reports whether the program of a command line is an absolute path, or a
// name that is looked for on PATH.
func portablePath(command string) bool {
	program := ProcessProgram(command)
	return !strings.ContainsAny(program, `/\`) || filepath.IsAbs(program)
}

func unknownSetting(name string) string {
	text := fmt.Sprintf("%q is not a setting of awsbroker", prefix+name)
	if close := near.Names(name, known); len(close) > 0 {
		text += fmt.Sprintf("; did you mean %q?", prefix+close[0])
	}
	return text
}

// ofAWSVault is what becomes of the settings that only aws-vault knows
// (https://github.com/99designs/aws-vault/blob/master/USAGE.md).
var ofAWSVault = map[string]string{
	"include_profile": "only aws-vault reads include_profile: copy the settings of the profile that it names to this profile",
	"parent_profile":  "only aws-vault reads parent_profile: copy the settings of the profile that it names to this profile",
	"mfa_process":     "only aws-vault reads mfa_process: rename it to awsbroker_mfa_process",
}

// besideProcess returns what a setting does beside awsbroker's credential_process, or
// "" if it does no harm (contract.md R14; each client's behaviour is in its section 4.1).
func besideProcess(key string) string {
	switch key {
	case "role_arn":
		return "role_arn beside credential_process is an error in the AWS CLI and assumes the role twice in Go: rename it to " + prefix + key
	case "source_profile":
		return "source_profile beside credential_process makes AWS tools assume the role themselves: rename it to " + prefix + key
	case "mfa_serial", "external_id", "role_session_name":
		return key + " beside credential_process makes the profile invalid in .NET: rename it to " + prefix + key
	case "aws_access_key_id", "aws_secret_access_key", "aws_session_token":
		return key + " beside credential_process overrides it in most SDKs: remove it"
	case "credential_source", "web_identity_token_file", "login_session":
		return key + " beside credential_process overrides it in some SDKs: remove it"
	}
	if strings.HasPrefix(key, "sso_") {
		return key + " beside credential_process overrides it in most SDKs: remove it"
	}
	return ""
}

// findDeviceOfSource notes an mfa_serial that is set only in the source profile. Some
// tools inherit it from there; the AWS CLI and awsbroker do not.
func (r *resolver) findDeviceOfSource() {
	p := r.profile
	if p.RoleARN == "" || p.MFASerial != "" || p.Source == nil || p.Source.MFASerial == "" || p.Chained() {
		return
	}
	if origin, ok := p.Source.Origin("mfa_serial"); ok {
		r.addProblem(DeviceOfSource, origin, fmt.Sprintf("mfa_serial of the source profile has no effect for profile %q: write it there too if the role requires MFA", p.Name))
	}
}

// findDeviceInChain notes an mfa_serial of a profile whose role another role assumes.
// AWS's own tools would ask for a code that AWS does not take; it has an effect only in
// the profile where the chain begins.
func (r *resolver) findDeviceInChain() {
	p := r.profile
	if origin, ok := p.Origin("mfa_serial"); ok && p.Chained() {
		r.addProblem(DeviceInChain, origin, fmt.Sprintf("mfa_serial belongs in profile %q, where the chain of roles begins: AWS accepts no code from a role", p.firstRole().Name))
	}
}

// firstRole returns the profile of the chain whose role the access key itself assumes.
func (p *Profile) firstRole() *Profile {
	for p.Chained() {
		p = p.Source
	}
	return p
}
