package failure

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/fault"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/paths"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
)

// What went wrong below, in the words of the person who has to mend it.

// OfConfig translates an error of package config: what is wrong with a profile, or
// with a file of profiles.
func OfConfig(err error) *Error {
	f := New(Other, "%w", err)
	var unknown *config.UnknownProfileError
	var notOurs *config.NotOursError
	var value *config.ValueError
	var narrowing *config.NarrowingError
	switch {
	case errors.As(err, &narrowing):
		f.Reason = Usage
		if narrowing.Hint != "" {
			f.Hint("%s", narrowing.Hint)
		}
	case errors.As(err, &value) && strings.HasPrefix(value.Origin.Key, "--"):
		f.Reason = Usage
	case errors.As(err, &unknown):
		f.Reason = NotFound
		switch {
		case unknown.Bare != nil:
			f.Hint("change the line, or run: awsbroker setup %s", SetupWord(unknown.Name))
		case len(unknown.Nearest) > 0: // the names say what to do
		case !config.ValidProfileName(unknown.Name):
			f.Hint("list the profiles with: awsbroker list")
		default:
			f.Hint("list the profiles with: awsbroker list").
				Hint("make one with: awsbroker setup %s", say.ShellWord(unknown.Name))
		}
	case errors.As(err, &value) && hasRemark(value.Origin.Value):
		f.Hint("the AWS CLI does not see a comment behind a value: write it on a line of its own")
	case errors.As(err, &notOurs):
		f.Hint("%s", notOurs.Hint)
	}
	return f
}

// hasRemark reports whether a person wrote a comment behind a value. botocore takes it
// for a part of the value, and so does awsbroker.
func hasRemark(value string) bool {
	return strings.Contains(value, " #") || strings.Contains(value, " ;")
}

// LoginCommand returns the command that gets the session of a profile, for a hint.
func LoginCommand(p *config.Profile) string {
	return say.ShellWords(append([]string{"awsbroker", "login", "--profile", p.Name}, p.Narrowed.Flags()...))
}

// ServerCommand returns the command that renews the session of a profile for another
// command, for a hint.
func ServerCommand(p *config.Profile) string {
	return say.ShellWords(append([]string{"awsbroker", "exec", "--server", "--profile", p.Name}, p.Narrowed.Flags()...)) + " -- COMMAND"
}

// EnvCommand returns the command that gives another command the session of a profile in
// its environment, for a hint.
func EnvCommand(p *config.Profile) string {
	return say.ShellWords(append([]string{"awsbroker", "exec", "--env", "--profile", p.Name}, p.Narrowed.Flags()...)) + " -- COMMAND"
}

// SetupWord returns the name of a profile for an awsbroker setup command in a hint. A
// name that setup refuses becomes NAME, for the person to choose another.
func SetupWord(profile string) string {
	if !config.ValidProfileName(profile) {
		return "NAME"
	}
	return say.ShellWord(profile)
}

// OfKeystore says what the keychain objected to, or that it has no key of that
// name. A failure is returned as it is.
func OfKeystore(err error, key string) *Error {
	var already *Error
	if errors.As(err, &already) {
		return already
	}
	if errors.Is(err, prompt.ErrNoTerminal) || errors.Is(err, prompt.ErrCancelled) || errors.Is(err, prompt.ErrTimeout) {
		return ofPassphrase(err)
	}
	f := New(Keychain, "%w", err)
	var advised *fault.Advised
	switch {
	case errors.Is(err, keystore.ErrNotFound), errors.Is(err, keystore.ErrNoKeystore):
		f = New(NotFound, "there is no key %q in the keychain", key).
			Hint("add it with: awsbroker add %s", say.ShellWord(key))
	case errors.Is(err, paths.ErrForeign):
		f.Reason = Other
	case obstacleOf(err) != "": // New has said what to do
	case errors.Is(err, keystore.ErrName):
		f.Reason = Usage
	case errors.Is(err, keystore.ErrDismissed):
		f.Reason = NeedPerson
	case errors.As(err, &advised):
		f.Hint("%s", advised.Hint)
	case errors.Is(err, keystore.ErrCorrupt):
		f.Hint("store the key again with: awsbroker add %s --replace", say.ShellWord(key))
	case errors.Is(err, keystore.ErrOccupied):
		f = KeyUnlisted(key).Because(err)
	case errors.Is(err, keystore.ErrPassphrase):
		f.Hint("run the command again with the right passphrase, or set AWSBROKER_FILE_PASSPHRASE")
	case errors.Is(err, keystore.ErrPinned):
		f.Reason = Other
	case errors.Is(err, keystore.ErrTimeout), errors.Is(err, keystore.ErrMissing):
		f.Hint(onlyThere)
	}
	return f
}

// OfFirstKeystore is [OfKeystore] for a keychain that has no key yet, so that another
// one will do as well.
func OfFirstKeystore(err error, key string) *Error {
	f := OfKeystore(err, key)
	if f.Reason != Keychain || obstacleOf(err) != "" {
		return f
	}
	f.Hints = slices.DeleteFunc(f.Hints, func(hint string) bool { return hint == onlyThere })
	return f.Hint("list the keychains of this machine with: awsbroker keystore").
		Hint("or store the key in an encrypted file: awsbroker add %s --keystore file", say.ShellWord(cmp.Or(key, "NAME")))
}

// onlyThere is the hint about a keychain that cannot be reached.
const onlyThere = "your keys are only in that keychain; run this where it is available, such as in your desktop session"

// OfRecord translates an error of reading keystore.json. The keys are not in that file.
func OfRecord(err error) *Error {
	f := New(Keychain, "%w", err)
	if errors.Is(err, keystore.ErrCorrupt) {
		f.Hint("move that file away; then list the keys in the keychain with: awsbroker keystore").
			Hint("add one again, without its secret, with: awsbroker add NAME")
	}
	return f
}

// OfKeyOnRecord is [OfKeystore] for a key that the record knows: if the keychain has it
// not, it has lost it.
func OfKeyOnRecord(err error, key string) *Error {
	if !errors.Is(err, keystore.ErrNotFound) {
		return OfKeystore(err, key)
	}
	return New(NotFound, "the key %q is no longer in the keychain: %w", key, err).
		Hint("store it again with: awsbroker add %s --replace", say.ShellWord(key)).
		Hint("list the keychains that have keys with: awsbroker keystore")
}

// KeyUnlisted is the failure of what would overwrite a key that is in the keychain
// and not in the record.
func KeyUnlisted(key string) *Error {
	return New(Other, "the keychain has another key %q, which is missing from awsbroker's record", key).
		Hint("to use that one: awsbroker add %s", say.ShellWord(key)).
		Hint("to replace it: awsbroker add %s --replace", say.ShellWord(key))
}

func ofPassphrase(err error) *Error {
	if errors.Is(err, prompt.ErrNoTerminal) {
		return NeedsPassphrase(err, "run this command in a terminal")
	}
	return New(NeedPerson, "the passphrase of the encrypted file: %w", err)
}

// OfAWS translates an error of a request to STS. p is the profile that the request
// was for; nil if there is none yet. coded says that an MFA code was in the request.
func OfAWS(err error, p *config.Profile, coded bool) *Error {
	var e *awsapi.Error
	if errors.Is(err, context.Canceled) {
		return New(NeedPerson, "cancelled while waiting for AWS")
	}
	if !errors.As(err, &e) {
		return New(Other, "%w", err)
	}
	if f := ofRole(e, p); f != nil {
		f.Cause = err
		return f
	}
	f := New(Refused, "AWS refused: %s", e.Error())
	switch e.Reason {
	case awsapi.WrongCode:
		f = New(Refused, "AWS did not accept the MFA code").
			Hint("type the current code of the MFA device, which you have not used before")
	case awsapi.WrongDevice:
		f.Hint("compare awsbroker_mfa_serial of the profile with the user's MFA devices: awsbroker mfa list")
	case awsapi.UnknownKey:
		f = unknownKey(p)
	case awsapi.WrongSecret:
		f = New(Refused, "AWS did not accept the signature: the secret access key does not belong to the id")
		if p != nil {
			f.Hint("store the key again with: awsbroker add %s --replace", say.ShellWord(p.KeyName))
		}
	case awsapi.WrongRegion:
		f = New(Refused, "the endpoint belongs to another region than the request: %s", e.Message).
			Hint("find out where region and endpoint_url are set: awsbroker explain%s", flagProfile(p))
	case awsapi.ClockWrong:
		f = New(Refused, "this machine's clock is %s", ClockText(e.Skew)).
			Hint("set the clock and try again; for example: sudo timedatectl set-ntp true")
	case awsapi.RootKey:
		f.Hint("use the key of an IAM user, because the root user cannot assume roles")
	case awsapi.Denied:
		if !f.ofDenial(e) {
			f.Hint("find the policy of the user or its organization that denies it")
		}
	case awsapi.RegionDisabled:
		f.Hint("use a region in which STS is active: --region %s", config.DefaultRegion(partitionOf(p)))
	case awsapi.Throttled, awsapi.Failing:
		f = New(Unreachable, "AWS is busy: %s", e.Error()).Hint("try again in a moment")
	case awsapi.Unreachable, awsapi.Redirected, awsapi.Garbled:
		f = New(Unreachable, "AWS STS could not be reached: %s", e.Error())
		if p != nil && e.Sent && coded {
			f.Hint("the MFA code may be used up; try again with the next one")
		} else {
			f.Hint("check the network, HTTPS_PROXY and the endpoint settings")
		}
	case awsapi.BadProxy:
		f = New(Other, "%s", e.Error()).
			Hint("in its user name and password, replace special characters with %% and two digits: %% with %%25, @ with %%40, ^ with %%5E, # with %%23")
	case awsapi.BadEndpoint:
		f = New(Other, "%s", e.Error()).
			Hint("check endpoint_url, AWS_ENDPOINT_URL, ca_bundle and AWS_CA_BUNDLE")
	}
	f.Cause = err
	return f
}

// ClockText says how far the clock of this machine is off; zero means that AWS did not
// say.
func ClockText(skew time.Duration) string {
	switch {
	case skew > 0:
		return say.Duration(skew) + " ahead of AWS's"
	case skew < 0:
		return say.Duration(-skew) + " behind AWS's"
	}
	return "wrong"
}

// flagProfile names the profile on a command line, if there is one.
func flagProfile(p *config.Profile) string {
	if p == nil {
		return ""
	}
	return " --profile " + say.ShellWord(p.Name)
}

func partitionOf(p *config.Profile) string {
	if p == nil {
		return "aws"
	}
	return cmp.Or(p.Partition, "aws")
}

func unknownKey(p *config.Profile) *Error {
	f := New(Refused, "AWS does not know the access key: it was deleted or deactivated, or belongs to another partition")
	if p == nil {
		return f.Hint("for a key of AWS China or GovCloud add the region: --region cn-north-1, --region us-gov-west-1")
	}
	return f.Hint("if you have a new key, store it with: awsbroker add %s --replace", say.ShellWord(p.KeyName))
}
