package config

import (
	"fmt"
	"slices"
	"strings"
)

// known are the settings that may carry our prefix: AWS's, then our own.
var known = []string{
	"role_arn", "source_profile", "mfa_serial", "role_session_name", "external_id", "duration_seconds",
	"region", "ca_bundle", "use_fips_endpoint", "use_dualstack_endpoint",
	"source_identity", "session_tags", "transitive_session_tags", "session_policy", "session_policy_arns",
	"endpoint_url", "services", "ignore_configured_endpoint_urls",
	"key", "mfa_session", "mfa_process", "mfa_seed", "min_ttl", "confirm", "log", "prompt",
}

// problems finds what this package copes with and other tools don't.
func (r *resolver) problems() {
	p := r.profile
	for _, s := range r.view.sections {
		for i := range s.options {
			o := &s.options[i]
			if name, ok := strings.CutPrefix(o.name, prefix); ok && !slices.Contains(known, name) {
				r.problem(s, o, unknownSetting(name))
			}
			if runsUs(p.CredentialProcess) {
				if text := besideProcess(o.name); text != "" {
					r.problem(s, o, text)
				}
				if o.name == "credential_process" && s == r.view.credentials {
					r.problem(s, o, "credential_process belongs into the config file: some SDKs read it there only")
				}
			}
		}
	}
	if origin, ok := p.Origin("credential_process"); ok && runsUs(origin.Value) {
		if name := processProfile(origin.Value); name != p.Name {
			r.addProblem(origin, fmt.Sprintf("credential_process asks for profile %q, not for %q", name, p.Name))
		}
	}
	r.deviceOfSource()
	r.deviceInChain()
}

func (r *resolver) problem(s *section, o *option, text string) {
	r.addProblem(s.origin(o), text)
}

func (r *resolver) addProblem(o Origin, text string) {
	r.profile.Problems = append(r.profile.Problems, Problem{Origin: o, Text: text})
}

func unknownSetting(name string) string {
	text := fmt.Sprintf("%q is not a setting of awsbroker", prefix+name)
	if close := nearest(name, known); len(close) > 0 {
		text += fmt.Sprintf("; did you mean %q?", prefix+close[0])
	}
	return text
}

// besideProcess says what a setting does beside our credential_process
// (contract.md R14; each client's behaviour is in its section 4.1).
func besideProcess(key string) string {
	switch key {
	case "role_arn":
		return "role_arn beside credential_process is an error in the AWS CLI and assumes the role twice in Go: name it " + prefix + key
	case "source_profile":
		return "source_profile beside credential_process makes AWS tools assume the role themselves: name it " + prefix + key
	case "mfa_serial", "external_id", "role_session_name":
		return key + " beside credential_process makes the profile invalid in .NET: name it " + prefix + key
	case "aws_access_key_id", "aws_secret_access_key", "aws_session_token":
		return key + " beside credential_process wins over it in most SDKs: remove it"
	case "credential_source", "web_identity_token_file", "login_session":
		return key + " beside credential_process wins over it in some SDKs: remove it"
	}
	if strings.HasPrefix(key, "sso_") {
		return key + " beside credential_process wins over it in most SDKs: remove it"
	}
	return ""
}

// deviceOfSource notes an mfa_serial that is written where it does not
// count. Other tools inherit it from the source; the AWS CLI does not.
func (r *resolver) deviceOfSource() {
	p := r.profile
	if p.RoleARN == "" || p.MFASerial != "" || p.Source == nil || p.Source.MFASerial == "" {
		return
	}
	if origin, ok := p.Source.Origin("mfa_serial"); ok {
		r.addProblem(origin, fmt.Sprintf("mfa_serial of the source profile does not count for profile %q: write it there too if the role wants MFA", p.Name))
	}
}

// deviceInChain notes an mfa_serial that AWS's own tools fail with: they ask
// for a code that no role can use. It counts where the chain begins.
func (r *resolver) deviceInChain() {
	p := r.profile
	if origin, ok := p.Origin("mfa_serial"); ok && p.Chained() {
		r.addProblem(origin, fmt.Sprintf("mfa_serial belongs into profile %q, where the chain of roles begins: AWS takes no code from a role", p.firstRole().Name))
	}
}

// firstRole is the profile of the chain whose role the key itself assumes.
func (p *Profile) firstRole() *Profile {
	for p.Chained() {
		p = p.Source
	}
	return p
}
