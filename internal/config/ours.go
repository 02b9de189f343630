package config

import (
	"slices"
	"strings"
)

// Ours returns the profiles that use awsbroker, by their credential_process or by a
// role or key setting of awsbroker's own, in the order of the files.
func (c *Config) Ours() []string { return c.namesOf((*document).isOurs) }

func (d *document) isOurs(i int) bool {
	if s := d.spans[i]; s.to > 0 && !mentionsUs(d.text[s.from:s.to]) {
		return false // as nearly all are
	}
	for _, o := range d.section(i).all {
		switch o.name {
		case prefix + "role_arn", prefix + "key":
			return true
		case "credential_process":
			if runsUs(o.rawValue()) {
				return true
			}
		}
	}
	return false
}

// mentionsUs reports whether text contains "awsbroker" in letters of any case. It
// looks for k, the rarest letter of them.
func mentionsUs(text string) bool {
	const name, before = "awsbroker", len("awsbro")
	for _, k := range []byte("kK") {
		for at := 0; at < len(text); at++ {
			i := strings.IndexByte(text[at:], k)
			if i < 0 {
				break
			}
			at += i
			if from := at - before; from >= 0 && from+len(name) <= len(text) && strings.EqualFold(text[from:from+len(name)], name) {
				return true
			}
		}
	}
	return false
}

// runsUs reports whether a command line runs awsbroker credential-process, from any
// directory, for a profile of this machine: a socket is of another one's.
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
	return program == "awsbroker" && slices.Contains(words[1:], "credential-process") && !strings.Contains(command, " --socket")
}

// processWords splits a credential_process into words. Backslashes stay: on Windows
// they separate directories, and on other systems such a command needs none.
func processWords(command string) []string {
	return shellWords(strings.ReplaceAll(command, `\`, `\\`))
}

// ProcessWords splits a credential_process into the program and its arguments, and
// likewise what a shell in it is told to run.
func ProcessWords(command string) []string { return processWords(command) }

// ProcessProgram returns the program that a credential_process runs, or "".
func ProcessProgram(command string) string {
	if words := processWords(command); len(words) > 0 {
		return words[0]
	}
	return ""
}

// processProfile returns the --profile of a credential_process, or "".
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

// HelperNarrowing returns the flags of the profile's credential_process that narrow its
// session, as [NarrowingIn] does.
func (p *Profile) HelperNarrowing() (flags string, plain bool) {
	if !runsUs(p.CredentialProcess) {
		return "", true
	}
	return NarrowingIn(p.CredentialProcess)
}

// NarrowingIn returns the flags of a command line of awsbroker's that narrow a session,
// with a space before each, for a line that replaces it; plain is false if AWS's tools
// would not all read them alike.
func NarrowingIn(command string) (flags string, plain bool) {
	takesNext := false
	for _, word := range processWords(command) {
		name, _, whole := strings.Cut(word, "=")
		takes := name == FlagPolicy || name == FlagPolicyARN
		if takesNext || takes || name == FlagReadOnly {
			flags += " " + quoteWord(word)
		}
		takesNext = takes && !whole && !takesNext
	}
	return flags, plainProcess().MatchString("awsbroker" + flags)
}

// quoteWord quotes a word for a credential_process, unless it is plain.
func quoteWord(word string) string {
	if plainProcess().MatchString("awsbroker " + word) {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}

// refuseOtherWays returns a [*NotOursError] for a profile that signs in by other means
// than an access key; its hint says what to do instead.
func (r *resolver) refuseOtherWays() error {
	p := r.profile
	for _, key := range []string{"key", "role_arn"} {
		if _, ok := r.findOption(prefix + key); ok {
			return nil
		}
	}
	if r.err != nil || runsUs(p.CredentialProcess) {
		return r.err
	}
	for _, way := range otherWays {
		for _, key := range way.keys {
			o, ok := r.findOption(key)
			if !ok {
				continue
			}
			o.Value = ""
			return &NotOursError{Profile: p.Name, Origin: o, How: way.how, Hint: strings.ReplaceAll(way.hint, "PROFILE", quoteName(p.Name))}
		}
	}
	return r.err
}

// otherWays are those in which a profile may sign in without awsbroker. The
// first that a profile has is the one that AWS's tools take, by botocore's
// order (create_credential_resolver in its credentials.py).
var otherWays = []struct {
	keys      []string
	how, hint string
}{
	{[]string{"web_identity_token_file"}, "signs in with a web identity token",
		"use it with AWS tools as it is, like: aws sts get-caller-identity --profile PROFILE; it needs no access key"},
	{[]string{"credential_source"}, "takes its credentials from the machine it runs on",
		"use it there with AWS tools as it is, like: aws sts get-caller-identity --profile PROFILE; it needs no access key"},
	{[]string{"sso_session", "sso_start_url", "sso_account_id", "sso_role_name"}, "signs in with IAM Identity Center",
		"run: aws sso login --profile PROFILE"},
	{[]string{"login_session"}, "signs in through the console",
		"run: aws login --profile PROFILE"},
	{[]string{"credential_process"}, "gets its credentials from another program",
		"use it with AWS tools as it is, or convert it with: awsbroker setup PROFILE"},
}

// quoteName returns a profile's name as a person may paste it into a shell.
func quoteName(name string) string {
	if ValidProfileName(name) {
		return name
	}
	return "'" + strings.ReplaceAll(printable(name), "'", `'\''`) + "'"
}

// RunsUs reports whether the profile's credential_process is awsbroker for this very
// profile.
func (p *Profile) RunsUs() bool {
	return runsUs(p.CredentialProcess) && processProfile(p.CredentialProcess) == p.Name
}
