package config

import (
	"fmt"
	"slices"
	"strings"
)

// Ours returns the profiles that name awsbroker: as their credential_process,
// or with a role or a key of ours.
func (c *Config) Ours() []string {
	var names []string
	for _, name := range c.names {
		if c.profiles[name].ours() {
			names = append(names, name)
		}
	}
	return names
}

func (e *entry) ours() bool {
	for _, s := range e.sections() {
		for i := range s.options {
			o := &s.options[i]
			switch o.name {
			case prefix + "role_arn", prefix + "key":
				return true
			case "credential_process":
				if runsUs(o.rawValue()) {
					return true
				}
			}
		}
	}
	return false
}

// runsUs reports whether a command line runs awsbroker credential-process,
// under whatever directory.
func runsUs(command string) bool {
	if !strings.Contains(strings.ToLower(command), "awsbroker") {
		return false
	}
	words := processWords(command)
	if len(words) < 2 {
		return false
	}
	program := words[0][strings.LastIndexAny(words[0], `/\`)+1:]
	program = strings.TrimSuffix(strings.ToLower(program), ".exe")
	return program == "awsbroker" && slices.Contains(words[1:], "credential-process")
}

// processWords splits a credential_process. Backslashes are kept: on Windows
// they separate directories, and elsewhere nobody needs them.
func processWords(command string) []string {
	return shellWords(strings.ReplaceAll(command, `\`, `\\`))
}

// processProfile returns the --profile that the command asks for.
func processProfile(command string) string {
	words := processWords(command)
	for i, word := range words {
		if value, ok := strings.CutPrefix(word, "--profile="); ok {
			return value
		}
		if word == "--profile" && i+1 < len(words) {
			return words[i+1]
		}
	}
	return ""
}

// notOurs refuses profiles that sign in by other means, with what to do.
func (r *resolver) notOurs() error {
	p := r.profile
	for _, key := range []string{"key", "role_arn"} {
		if _, ok := r.findExact(prefix + key); ok {
			return nil
		}
	}
	if r.err != nil || runsUs(p.CredentialProcess) {
		return r.err
	}
	for _, s := range r.view.sections {
		for i := range s.options {
			o := &s.options[i]
			if how, hint := otherWay(o.name, p.Name); how != "" && o.rawValue() != "" {
				return &NotOursError{Profile: p.Name, Origin: s.origin(o), How: how, Hint: hint}
			}
		}
	}
	return nil
}

// otherWay tells how a profile with this setting signs in.
func otherWay(key, profile string) (how, hint string) {
	if !ValidProfileName(profile) {
		profile = fmt.Sprintf("%q", profile)
	}
	switch key {
	case "sso_session", "sso_start_url", "sso_account_id", "sso_role_name":
		return "signs in with IAM Identity Center", "run: aws sso login --profile " + profile
	case "login_session":
		return "signs in through the console", "run: aws login --profile " + profile
	case "credential_source":
		return "takes its credentials from the machine it runs on", "use it there with the AWS CLI as it is; it needs no access key"
	case "web_identity_token_file":
		return "signs in with a web identity token", "use it with the AWS CLI as it is; it needs no access key"
	case "credential_process":
		return "gets its credentials from another program",
			"use it with the AWS CLI as it is, or convert it with: awsbroker setup " + profile
	}
	return "", ""
}
