package doctor

import (
	"strings"

	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/say"
)

var (
	besideProcess = findingKind("beside-process", Serious,
		"the AWS CLI fails at it, Go programs assume the role twice, and .NET refuses the profile; awsbroker_ in front hides it from them")
	unknownSetting = findingKind("unknown-setting", Warning,
		"a setting that does not exist does nothing")
	processInCredentials = findingKind("process-in-credentials", Warning,
		"some SDKs read credential_process in the config file only")
	otherProfile = findingKind("other-profile", Serious,
		"programs get another session than the one they name")
	deviceOfSource = findingKind("device-of-source", Note,
		"AWS's tools do not take the MFA device from the source profile, and neither does awsbroker")
	deviceInChain = findingKind("device-in-chain", Warning,
		"AWS takes no MFA code from a role, so that AWS's own tools ask for one and fail with it")
	unportableProcess = findingKind("unportable-process", Warning,
		"some tools run the line in a shell and some do not, and Go takes outer quotes off, so only plain words work in all")
	quotedValue = findingKind("quoted-value", Warning,
		"the AWS CLI takes the quotes for a part of the value, and Go programs take them off")
	trailingComment = findingKind("trailing-comment", Warning,
		"the AWS CLI takes the comment for a part of the value, and most SDKs do not")
	overridden = findingKind("overridden", Warning,
		"AWS's tools take a setting from the credentials file if both files have it, so that another session is given than the config file says")
	brackets = findingKind("brackets", Warning,
		"the C++ SDK takes a line with both [ and ] for the beginning of a section")
)

// prefixable are the settings that count with our prefix, where AWS's tools do not
// see them.
var prefixable = []string{"role_arn", "source_profile", "mfa_serial", "external_id", "role_session_name"}

// problem tells of what package config found in a profile. Conflicting settings
// are one finding a profile: see conflicts.
func (d *doctor) problem(p *config.Profile, problem config.Problem) {
	f := Finding{Title: "profile " + p.Name + ": " + problem.Text}.at(problem.Origin)
	f.Mend = say.EditFile(f.File, f.Line)
	key := problem.Origin.Key
	switch problem.Kind {
	case config.UnknownSetting:
		d.found(unknownSetting, f)
	case config.InCredentialsFile:
		f.Title = "profile " + p.Name + " has its credential_process in the credentials file"
		d.found(processInCredentials, d.rewriting(p, f, withoutKeys(d.broker, p.Name, key)))
	case config.OtherProfile:
		d.found(otherProfile, d.rewriting(p, f))
	case config.DeviceOfSource:
		device := config.Setting{Key: "mfa_serial", Value: p.Source.MFASerial}
		if p.CredentialProcess != "" {
			device.Key = "awsbroker_mfa_serial"
		}
		f.Title = "profile " + p.Name + " does not get the mfa_serial of its source profile"
		f.Advice, f.Mend = "if the role demands MFA, write "+device.Key+" into it, too", "awsbroker doctor --fix"
		f.fix = mendFiles(d.broker, setProfile(d.broker, p.Name, []config.Setting{device}))
		d.found(deviceOfSource, f)
	case config.DeviceInChain:
		f.Title = "profile " + p.Name + " names an MFA device, and assumes its role from another role"
		f.Mend = "awsbroker doctor --fix"
		f.fix = mendFiles(d.broker, setProfile(d.broker, p.Name, nil, key))
		d.found(deviceInChain, f)
	case config.UnportableProcess:
		if config.ValidProfileName(p.Name) { // else that is the finding
			f.Title = "profile " + p.Name + " has a credential_process with quotes, ~, $ or a relative path"
			d.found(unportableProcess, d.rewriting(p, f))
		}
	case config.QuotedValue:
		f.Title = "profile " + p.Name + " has quotes around the value of " + key
		d.found(quotedValue, d.unquoting(p, f, problem.Origin))
	case config.TrailingComment:
		f.Title = "profile " + p.Name + " has a comment behind the value of " + key
		d.found(trailingComment, f)
	case config.Overridden:
		d.found(overridden, f)
	case config.Brackets:
		f.Title = "profile " + p.Name + " has brackets in the line of " + key
		d.found(brackets, f)
	}
}

// rewriting mends a finding by writing the line that setup would, before it
// makes other edits.
func (d *doctor) rewriting(p *config.Profile, f Finding, more ...edit) Finding {
	f.Mend = "awsbroker setup " + failure.SetupWord(p.Name)
	if o, ok := p.Origin("credential_process"); ok {
		if _, plain := p.HelperNarrowing(); !plain {
			f.Advice, f.Mend = "write the session policy into a file, and name the file there by an absolute path", say.EditFile(o.File, o.Line)
		}
	}
	if line, ok := d.processLine(p); ok {
		f.fix = mendFiles(d.broker, append([]edit{setProfile(d.broker, p.Name, []config.Setting{line})}, more...)...)
	}
	return f
}

// processLine is the credential_process that a profile should have; false where this
// program is in no place that can be named, or what narrows the session cannot be written
// for all tools.
func (d *doctor) processLine(p *config.Profile) (config.Setting, bool) {
	narrowing, plain := p.HelperNarrowing()
	line := config.Setting{Key: "credential_process", Value: d.options.Program + " credential-process --profile " + p.Name + narrowing}
	return line, plain && d.options.Program != "" && config.ValidProfileName(p.Name)
}

// unquoting mends a finding by taking the quotes off a value.
func (d *doctor) unquoting(p *config.Profile, f Finding, o config.Origin) Finding {
	if !d.inConfig(o) {
		return f
	}
	f.Mend = "awsbroker doctor --fix"
	f.fix = mendFiles(d.broker, edit{d.broker.Paths.Config, func(text []byte) ([]byte, error) {
		cfg, err := config.Parse(d.broker.Paths.Config, text, "", nil)
		if err != nil {
			return nil, err
		}
		value, _ := cfg.Value(p.Name, o.Key)
		bare := strings.Trim(value, value[:min(1, len(value))])
		if len(bare) == len(value) || bare == "" {
			return text, nil
		}
		return config.SetProfile(text, p.Name, []config.Setting{{Key: o.Key, Value: bare}}, nil)
	}})
	return f
}
