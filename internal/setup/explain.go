package setup

import (
	"errors"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
)

// flag is an option as a person names it.
type flag struct {
	name, value string
	setting     string // that it becomes
	or          string // what it takes beside the setting's values
}

// flags are the options that were named, where o is as it was given to [Run].
func (o Options) flags() (named []flag) {
	for _, f := range []flag{
		{"--like", o.Like, "", ""},
		{"--key", o.KeyName, "awsbroker_key", ""},
		{"--role-arn", o.RoleARN, "awsbroker_role_arn", "the name of a role, or "},
		{"--mfa-serial", o.MFASerial, "awsbroker_mfa_serial", "the name of an MFA device, or "},
		{"--region", o.Region, "region", ""},
		{"--mfa-session", o.MFASession, "awsbroker_mfa_session", ""},
	} {
		if f.value != "" {
			named = append(named, f)
		}
	}
	return named
}

// command is the command line that brought the options.
func (o Options) command() string {
	line := "awsbroker setup " + say.ShellWord(o.Profile)
	for _, f := range o.flags() {
		line += " " + f.name + " " + say.ShellWord(f.value)
	}
	if o.NoRole {
		line += " --no-role"
	}
	if flags := o.Narrow.Flags(); len(flags) > 0 {
		line += " " + say.ShellWords(flags)
	}
	return line
}

// blameFlag makes a setting that was refused a mistake of the flag that it came from:
// the line that the error names was never written. Other errors are returned as they
// are.
func (o Options) blameFlag(err error) error {
	var value *config.ValueError
	var device *config.SecurityKeyError
	for _, f := range o.flags() {
		switch {
		case f.setting == "":
		case errors.As(err, &value) && value.Origin.Key == f.setting:
			return failure.New(failure.Usage, "%s must be %s%s, not %q", f.name, f.or, value.Want, f.value)
		case errors.As(err, &device) && device.Origin.Key == f.setting:
			return failure.New(failure.Usage, "%s names a security key or passkey, %s, but AWS accepts only six-digit codes from command-line tools", f.name, f.value).
				Hint("add a virtual MFA device to the user: awsbroker mfa enroll")
		}
	}
	return err
}

// explainProof says what to do about a profile that could not be proved, and so was
// not written.
func (o Options) explainProof(err error, p *config.Profile) error {
	var f *failure.Error
	if !errors.As(err, &f) {
		return err
	}
	with := o
	with.RoleARN = "ROLE"
	without := o
	without.RoleARN, without.NoRole = "", true
	device := o
	device.MFASerial = "DEVICE"
	var aws *awsapi.Error
	switch {
	case errors.Is(err, prompt.ErrCancelled), errors.Is(err, prompt.ErrTimeout):
		f.Hints = nil
		f.Hint("nothing was written; to try again: %s", o.command())
	case !errors.As(err, &aws):
	case aws.Reason == awsapi.WrongDevice:
		f.Hints = nil
		f.Hint("nothing was written; the user has no MFA device %s; use the one that it has: %s", p.MFASerial, device.command())
	case aws.Reason == awsapi.Denied && p.RoleARN != "" && !p.Chained():
		f.Hint("nothing was written; to use another role: %s", with.command())
		if o.Narrow.IsZero() { // which only the session of a role can be
			f.Hint("to use no role, only the user's own rights with MFA: %s", without.command())
		}
	}
	return err
}
