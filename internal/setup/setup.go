// Package setup writes a profile of ~/.aws/config, or converts one to awsbroker
// (awsbroker setup).
package setup

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/say"
)

// Options describe the profile to write. What is empty is taken from the
// profile as it is, else proposed.
type Options struct {
	Profile   string
	KeyName   string
	RoleARN   string
	MFASerial string
	Region    string
	Program   string // how callers start awsbroker: an absolute path, or a name on PATH
	Offline   bool   // ask AWS nothing: no proposal, no proof

	chained bool             // another role assumes the profile's, and goes on doing so
	guessed bool             // MFASerial is the name that most devices have
	kept    []config.Setting // what the profile has beyond these, and keeps
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
	if err := fillIn(ctx, b, &o); err != nil {
		return false, err
	}
	edit, t, err := planEdit(b, o)
	if err != nil {
		return false, err
	}
	if o.guessed && !o.Offline {
		if o.MFASerial, err = chooseDevice(ctx, b, t); err != nil {
			return false, err
		}
		if edit, t, err = planEdit(b, o); err != nil {
			return false, err
		}
	}
	diff := edit.Diff()
	if diff != "" {
		if err := edit.CheckWritable(); err != nil {
			return false, failure.New(failure.Other, "the profile cannot be written: %w", err)
		}
		if err := b.Confirm(ctx, strings.TrimRight(diff, "\n"), "write this?"); err != nil {
			return false, err
		}
	}
	if !o.Offline {
		if err := proveProfile(ctx, b, t); err != nil {
			return false, err
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

// planEdit returns what changes in the files, and what the profile stands for then.
func planEdit(b *broker.Broker, o Options) (config.ProfileEdit, *broker.Target, error) {
	edit, err := config.EditProfile(b.Paths.Config, b.Paths.Credentials, o.Profile, o.Settings(), o.remove)
	if err != nil {
		return edit, nil, failure.OfConfig(err)
	}
	t, err := b.TargetOfEdit(o.Profile, edit)
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
	add("credential_process", o.Program+" credential-process --profile "+o.Profile)
	if !o.chained {
		add("awsbroker_key", o.KeyName)
	}
	add("awsbroker_role_arn", o.RoleARN)
	add("awsbroker_mfa_serial", o.MFASerial)
	return append(set, o.kept...)
}

// keptSettings returns the settings of a profile that would be lost with the lines
// of BesideHelper: those of the role, which get the prefix awsbroker_, and those that
// the profile inherits from its source profile.
func keptSettings(is config.Profile) []config.Setting {
	var set []config.Setting
	keys := []string{"external_id", "role_session_name", "source_identity", "session_tags", "transitive_session_tags", "session_policy", "session_policy_arns"}
	if is.Chained() {
		keys = append(keys, "source_profile")
	}
	for _, key := range keys {
		if o, ok := is.Origin(key); ok {
			set = append(set, config.Setting{Key: "awsbroker_" + key, Value: o.Value})
		}
	}
	if is.Source == nil || is.Chained() {
		return set
	}
	for _, key := range []string{"awsbroker_mfa_session", "awsbroker_mfa_process", "awsbroker_mfa_seed", "awsbroker_endpoint_is_mine", "awsbroker_min_ttl", "awsbroker_confirm", "awsbroker_log", "awsbroker_prompt"} {
		o, has := is.Origin(key)
		if from, inherited := is.Source.Origin(key); has && inherited && from == o {
			set = append(set, config.Setting{Key: key, Value: o.Value})
		}
	}
	return set
}

// fillIn completes the options: with what the profile has, else with a proposal.
func fillIn(ctx context.Context, b *broker.Broker, o *Options) error {
	cfg, err := b.ReadConfig()
	if err != nil {
		return err
	}
	o.remove = BesideHelper
	if file, line, ok := cfg.StaticKeys(o.Profile); ok {
		if !hasOnlySession(cfg, o.Profile) {
			return failure.New(failure.Other, "%s:%d has an access key in clear for profile %s, which AWS tools would use instead of awsbroker", file, line, o.Profile).
				Hint("move that key into the keychain with: awsbroker add --from-profile %s, and run setup again", say.ShellWord(o.Profile))
		}
		o.remove = append(slices.Clip(o.remove), config.ClearKeyLines...)
	}
	var is config.Profile
	if cfg.Has(o.Profile) {
		p, err := cfg.Resolve(o.Profile)
		var notOurs *config.NotOursError
		switch {
		case err == nil:
			is = *p
		case errors.As(err, &notOurs) && notOurs.Origin.Key == "credential_process":
			// Another program served it. Its line is the one that is replaced.
		default:
			return failure.OfConfig(err)
		}
	}
	record, err := keystore.ReadRecord(b.Paths.KeystoreFile())
	if err != nil {
		return failure.OfRecord(err)
	}
	o.chained = is.Chained() && o.KeyName == "" // who names a key wants it to assume the role
	if o.KeyName, err = broker.ChooseKey(record, keyChoice(record, o.KeyName, is.KeyName)); err != nil {
		return err
	}
	if err := broker.RefuseRoot(&broker.Target{Profile: &config.Profile{Name: o.Profile, KeyName: o.KeyName, RoleARN: proposedRole}, Key: record.Keys[o.KeyName]}, time.Now()); err != nil {
		return err
	}
	o.RoleARN = cmp.Or(o.RoleARN, is.RoleARN)
	o.MFASerial = cmp.Or(o.MFASerial, is.MFASerial)
	if is.Chained() && !o.chained {
		o.remove = append(slices.Clip(o.remove), "awsbroker_source_profile")
		is.Source = nil
	}
	for _, p := range is.Problems {
		if p.Kind == config.UnknownSetting {
			b.Warn("%s", p.String())
		}
	}
	o.kept = keptSettings(is)
	if command, ok := cfg.Value(o.Profile, "mfa_process"); ok && is.MFAProcess == "" {
		o.kept = append(o.kept, config.Setting{Key: "awsbroker_mfa_process", Value: command})
	}
	if o.chained {
		return nil
	}
	if o.RoleARN == "" || o.MFASerial == "" {
		return proposeRole(ctx, b, o, record.Keys[o.KeyName])
	}
	return nil
}

// hasOnlySession reports whether the keys that a profile has in clear are those of
// temporary sessions, which end by themselves and need not be kept.
func hasOnlySession(cfg *config.Config, profile string) bool {
	keys, err := cfg.ClearKeys(profile)
	return err == nil && len(keys) > 0 && !slices.ContainsFunc(keys, func(k config.ClearKey) bool {
		return !k.Token && !credential.IsTemporaryKeyID(k.ID)
	})
}

// keyChoice asks for the key that a person named, else for the one that the
// profile has, if it is in the keychain.
func keyChoice(record keystore.Record, named, current string) broker.KeyChoice {
	c := broker.KeyChoice{Asked: named, Hint: "name one with --key"}
	if _, ok := record.Keys[current]; ok && named == "" {
		c.Asked = current
	}
	return c
}

// proposeRole proposes a role and an MFA device in the account that the key belongs to:
// admin-mfa, and the device that is named as the user.
func proposeRole(ctx context.Context, b *broker.Broker, o *Options, info keystore.KeyInfo) error {
	arn := info.ARN
	if arn == "" && !o.Offline {
		r := b.NewActor(&broker.Target{Profile: &config.Profile{Name: o.Profile, KeyName: o.KeyName}}, nil)
		defer r.Close()
		if err := r.OpenKey(ctx); err != nil {
			return err
		}
		identity, err := b.IdentifyKey(ctx, r.AccessKey, "")
		if err != nil {
			return err
		}
		arn = identity.ARN
	}
	f := strings.SplitN(arn, ":", 6)
	_, user, ok := strings.Cut(arn, ":user/")
	if !ok || len(f) != 6 {
		return failure.New(failure.Usage, "whose key %q is, is not known, so no role can be proposed", o.KeyName).
			Hint("name them: --role-arn arn:aws:iam::ACCOUNT:role/%s --mfa-serial arn:aws:iam::ACCOUNT:mfa/USER", proposedRole)
	}
	user = user[strings.LastIndex(user, "/")+1:]
	prefix := fmt.Sprintf("arn:%s:iam::%s:", f[1], f[4])
	o.RoleARN = cmp.Or(o.RoleARN, prefix+"role/"+proposedRole)
	o.guessed = o.MFASerial == ""
	o.MFASerial = cmp.Or(o.MFASerial, prefix+"mfa/"+user)
	return nil
}

// proveProfile gets one session through the profile as it will be. If nobody can be
// asked for the code, the person is warned that nothing was proved.
func proveProfile(ctx context.Context, b *broker.Broker, t *broker.Target) error {
	_, err := b.SessionOf(ctx, t, broker.Want{})
	if errors.Is(err, prompt.ErrNoTerminal) {
		b.Warn("nothing was proved: there is no terminal to ask for an MFA code at; run later: awsbroker login --profile %s", say.ShellWord(t.Profile.Name))
		return nil
	}
	return err
}
