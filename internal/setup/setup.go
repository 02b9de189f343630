// Package setup writes a profile of ~/.aws/config, or converts one to awsbroker
// (awsbroker setup).
package setup

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/agents"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/target"
)

// Options describe the profile to write. What is empty is taken from the
// profile as it is, else proposed.
type Options struct {
	Profile    string
	Like       string // a profile whose settings this one begins with
	KeyName    string
	RoleARN    string // or the name of a role, in the account of the profile's role or else of the key
	NoRole     bool   // the profile gives sessions of the key's user, and of no role
	MFASerial  string // or the name of a device, in the account of the key
	Region     string
	MFASession string           // life of an MFA session, like "8h"; empty leaves it as it is
	Narrow     config.Narrowing // session policies that the profile gets; checked
	Agents     agents.Rule      // what coding agents get; empty leaves it as it is
	Program    string           // how callers start awsbroker: an absolute path, or a name on PATH
	Offline    bool             // ask AWS nothing: no proposal, no proof
	Yes        bool             // ask the person nothing but for codes

	chained bool             // another role assumes the profile's, and goes on doing so
	all     bool             // one of many: nothing is said of it by itself
	guessed bool             // MFASerial is the name that most devices have
	kept    []config.Setting // what the profile has beyond these, and keeps
	narrows string           // flags of its credential_process that narrow its session, which it keeps
	remove  []string         // besideHelper, and what else goes
}

// proposedRole is the role that setup proposes, as bootstrap names it.
const proposedRole = "admin-mfa"

// BesideHelper may not stand in a profile with a credential_process: one AWS
// tool or another would use it instead, or refuse the profile (contract.md R14).
var BesideHelper = []string{
	"role_arn", "source_profile", "credential_source", "web_identity_token_file",
	"mfa_serial", "external_id", "role_session_name",
	"source_identity", "session_tags", "transitive_session_tags", "session_policy", "session_policy_arns",
	"include_profile", "parent_profile", "mfa_process", // of aws-vault
}

// Run writes or converts a profile, after showing what changes and proving
// that it works. It reports whether anything had to be changed.
func Run(ctx context.Context, b *broker.Broker, o Options) (changed bool, err error) {
	if !config.ValidProfileName(o.Profile) {
		return false, failure.New(failure.Usage, "%q cannot be a profile name: letters, digits and _ . / %% @ - only", o.Profile)
	}
	f, err := newFilling(b, o)
	if err != nil {
		return false, err
	}
	if err := f.fill(ctx); err != nil {
		return false, err
	}
	edit, t, err := f.plan(ctx, chooseDevice)
	if err != nil {
		return false, o.blameFlag(err)
	}
	diff := edit.Diff()
	if diff != "" {
		if err := edit.CheckWritable(); err != nil {
			return false, failure.New(failure.Other, "the profile cannot be written: %w", err)
		}
		if err := b.Confirm(ctx, strings.TrimRight(diff, "\n"), "Write this?"); err != nil {
			return false, err
		}
	}
	if !o.Offline {
		if err := proveProfile(ctx, b, t); err != nil {
			return false, o.explainProof(err, t.Profile)
		}
	}
	if diff == "" {
		return false, nil
	}
	if err := edit.Write(); err != nil {
		return false, failure.New(failure.Other, "%w", err)
	}
	return true, nil
}

// plan returns what changes in the files, and what the profile stands for then. choose
// returns the MFA device where the one of the target is a guess.
func (f *filling) plan(ctx context.Context, choose func(context.Context, *broker.Broker, *target.Target) (serial string, err error)) (config.Edit, *target.Target, error) {
	edit, t, err := f.planEdit()
	if err != nil || !f.guessed || f.Offline {
		return edit, t, err
	}
	if f.MFASerial, err = choose(ctx, f.run, t); err != nil {
		return edit, nil, err
	}
	return f.planEdit()
}

func (f *filling) planEdit() (config.Edit, *target.Target, error) {
	edit, err := f.edit.SetProfile(f.Profile, f.Settings(), f.remove)
	if err != nil {
		return edit, nil, failure.OfConfig(err)
	}
	t, err := f.run.TargetOfEdit(f.Profile, edit)
	return edit, t, err
}

// Settings returns the settings that the profile is to have.
func (o Options) Settings() []config.Setting {
	var set []config.Setting
	add := func(key, value string) {
		if value != "" {
			set = append(set, config.Setting{Key: key, Value: value})
		}
	}
	add("region", o.Region)
	add("credential_process", o.Program+" credential-process --profile "+o.Profile+o.narrows)
	if !o.chained {
		add("awsbroker_key", o.KeyName)
	}
	add("awsbroker_role_arn", o.RoleARN)
	add("awsbroker_mfa_serial", o.MFASerial)
	add("awsbroker_mfa_session", o.MFASession)
	add("awsbroker_agents", string(o.Agents))
	return append(set, o.kept...)
}

// ofRole are the settings that describe a role and its session.
var ofRole = []string{"role_arn", "external_id", "role_session_name", "source_identity", "session_tags", "transitive_session_tags", "session_policy", "session_policy_arns"}

// roleSettings returns the settings of a profile's role that would be lost with the
// lines of BesideHelper. They get the prefix awsbroker_.
func roleSettings(is config.Profile) (set []config.Setting) {
	keys := ofRole[1:]
	if is.Chained() {
		keys = append(slices.Clip(keys), "source_profile")
	}
	for _, key := range keys {
		if o, ok := is.Origin(key); ok {
			set = append(set, config.Setting{Key: "awsbroker_" + key, Value: o.Value})
		}
	}
	return set
}

// inheritedSettings returns the settings that a profile has from its source profile,
// which would be lost with it.
func inheritedSettings(is config.Profile) (set []config.Setting) {
	if is.Source == nil || is.Chained() {
		return nil
	}
	for _, key := range []string{"awsbroker_mfa_session", "awsbroker_mfa_process", "awsbroker_mfa_seed", "awsbroker_endpoint_is_mine", "awsbroker_min_ttl", "awsbroker_confirm", "awsbroker_agents", "awsbroker_log", "awsbroker_prompt"} {
		o, has := is.Origin(key)
		if from, inherited := is.Source.Origin(key); has && inherited && from == o && !is.IsShared(key) {
			set = append(set, config.Setting{Key: key, Value: o.Value})
		}
	}
	return set
}

// proveProfile gets one session through the profile as it will be. If nobody can be
// asked for the code, the person is warned that nothing was proved.
func proveProfile(ctx context.Context, b *broker.Broker, t *target.Target) error {
	_, err := b.SessionOf(ctx, t, broker.Want{})
	if errors.Is(err, prompt.ErrNoTerminal) {
		b.Warn("the profile was not tested, because there is no terminal to ask for an MFA code at; test it later: awsbroker login --profile %s", say.ShellWord(t.Profile.Name))
		return nil
	}
	return err
}
