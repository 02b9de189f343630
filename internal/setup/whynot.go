package setup

import (
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/say"
)

// whyNot returns why a profile cannot be set up; empty where it is set up already, or
// nothing in it signs in.
func (a *all) whyNot(files *config.Config, name string) string {
	if fault := a.clear.Fault(name); fault != nil {
		return reasonOf(fault)
	}
	if _, _, clear := files.StaticKeys(name); clear {
		return whySession(files, name)
	}
	p, err := files.Resolve(name)
	var other *config.NotOursError
	switch {
	case errors.As(err, &other):
		return a.whyOther(files, name, other)
	case err != nil:
		return err.Error()
	case p.RunsUs() || slices.Contains(files.Ours(), name):
		return ""
	}
	switch {
	case !a.hasKey(p.KeyName) && (a.bases[name] || p.RoleARN == "" && p.MFASerial == "" && p.SourceProfile == ""):
		return ""
	case !a.hasKey(p.KeyName):
		return say.Sprintf("its key %q is not in the keychain: awsbroker add %[2]s, or awsbroker add --from-aws-vault %[2]s", p.KeyName, say.ShellWord(p.KeyName))
	case a.record.Keys[p.KeyName].Root():
		return say.Sprintf("its key %q is the root user's, which serves no profile", p.KeyName)
	}
	return say.Sprintf("it names no role, and other profiles have its key; to use it by itself: awsbroker setup %s --key %s", say.ShellWord(name), say.ShellWord(p.KeyName))
}

// whySession is about a profile that has the credentials of a session in clear.
func whySession(files *config.Config, name string) string {
	if manager, _ := files.Value(name, "manager"); manager == "awsume" {
		return "it has a session of awsume's, which ends by itself"
	}
	return "it has credentials of a session, which end by themselves"
}

// whyOther is about a profile that signs in by other means than a key of the keychain,
// or whose source does.
func (a *all) whyOther(files *config.Config, name string, other *config.NotOursError) string {
	it := "it"
	if other.Profile != name {
		it = say.Sprintf("its source profile %s", other.Profile)
	}
	if other.Origin.Key != "credential_process" {
		return it + " " + other.How
	}
	command, _ := files.Value(other.Profile, "credential_process")
	program := strings.TrimSuffix(path.Base(strings.ReplaceAll(config.ProcessProgram(command), `\`, "/")), ".exe")
	_, center := files.Value(other.Profile, "granted_sso_start_url")
	switch {
	case center:
		return it + " signs in with IAM Identity Center, through granted"
	case program == "granted" || program == "dgranted":
		return say.Sprintf("granted has its key; to take that over: granted credentials export-plaintext %s, and then setup --all again", say.ShellWord(other.Profile))
	case program == "aws-vault":
		return a.whyVault(files, vaultProfile(files, command, other.Profile), it)
	}
	return say.Sprintf("%s gets its credentials from %s", it, program)
}

// whyVault is about a profile that has aws-vault's session of a profile.
func (a *all) whyVault(files *config.Config, of, it string) string {
	key := of
	if p, err := files.Resolve(of); err == nil {
		key = p.KeyName
	}
	if a.hasKey(key) {
		return say.Sprintf("%s gets from aws-vault what profile %s gives: use that one", it, of)
	}
	return say.Sprintf("aws-vault has its key; to take that over: awsbroker add --from-aws-vault %s, and then setup --all again", say.ShellWord(key))
}

// vaultProfile returns the profile that a command of aws-vault's is for, in the words
// before a --; otherwise is returned where none of them is a profile.
func vaultProfile(files *config.Config, command, otherwise string) string {
	for _, word := range config.ProcessWords(command) {
		if word == "--" {
			break
		}
		if files.Has(word) {
			return word
		}
	}
	return otherwise
}
