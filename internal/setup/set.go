package setup

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/near"
	"github.com/awsbroker/awsbroker/internal/say"
)

const prefix = "awsbroker_"

// SettingNames are the settings that [Set] knows, without their prefix awsbroker_: those
// of a role, which AWS's tools may not see beside a credential_process, and those of
// awsbroker's own.
func SettingNames() []string {
	return append(slices.Clip(ofRole), "mfa_serial", "duration_seconds",
		"key", "mfa_session", "mfa_process", "mfa_seed", "endpoint_is_mine", "min_ttl", "confirm", "agents", "log", "prompt", "color")
}

// Set writes one setting of a profile, with the prefix awsbroker_ or without, after
// showing what changes. It reports whether anything had to be changed. A setting that
// does not exist, and a value that the setting cannot have, is a [failure.Usage].
func Set(ctx context.Context, b *broker.Broker, profile, setting, value string) (changed bool, err error) {
	cfg, err := b.ReadConfig()
	if err != nil {
		return false, err
	}
	setting = strings.TrimPrefix(setting, prefix)
	if !cfg.Has(profile) && !(profile == "default" && slices.Contains(config.Shared, setting)) {
		_, err := cfg.Resolve(profile)
		return false, failure.OfConfig(err)
	}
	if !slices.Contains(SettingNames(), setting) {
		return false, unknownSetting(cfg, profile, setting, value)
	}
	edit, err := config.EditProfile(b.Paths.Config, b.Paths.Credentials, profile, []config.Setting{{Key: prefix + setting, Value: value}}, nil)
	var parse *config.ParseError
	switch {
	case errors.As(err, &parse):
		return false, failure.OfConfig(err)
	case err != nil:
		return false, failure.New(failure.Usage, "%s: %w", setting, err)
	}
	t, err := b.TargetOfEdit(profile, edit)
	if err != nil {
		return false, blameValue(err, setting, value)
	}
	if setting == "key" && !b.HasKey(value) {
		return false, failure.OfKeystore(keystore.ErrNotFound, t.Profile.KeyName)
	}
	diff := edit.Diff()
	if diff == "" {
		return false, nil
	}
	if err := edit.CheckWritable(); err != nil {
		return false, failure.New(failure.Other, "the profile cannot be written: %w", err)
	}
	if err := b.Confirm(ctx, strings.TrimRight(diff, "\n"), "Write this?"); err != nil {
		return false, err
	}
	if err := edit.Write(); err != nil {
		return false, failure.New(failure.Other, "%w", err)
	}
	return true, nil
}

// unknownSetting is about a setting that Set does not know. Those that AWS's tools read
// as well are theirs to write.
func unknownSetting(cfg *config.Config, profile, setting, value string) error {
	f := failure.New(failure.Usage, "awsbroker has no setting %q", setting)
	if _, ok := cfg.Value(profile, setting); ok || setting == "region" {
		return f.Hint("AWS's own tools read it: aws configure set %s %s --profile %s", say.ShellWord(setting), say.ShellWord(value), say.ShellWord(profile))
	}
	if names := near.Names(setting, SettingNames()); len(names) > 0 {
		return f.Hint("did you mean: awsbroker set %s %s %s", say.ShellWord(profile), names[0], say.ShellWord(value))
	}
	return f.Hint("the settings are %s", strings.Join(SettingNames(), ", "))
}

// blameValue makes a refusal of the value that was to be written a mistake of the
// command line: the line that the error names was never written.
func blameValue(err error, setting, value string) error {
	var refused *config.ValueError
	var session *config.RoleSessionError
	switch {
	case errors.As(err, &refused) && refused.Origin.Key == prefix+setting:
		return failure.New(failure.Usage, "%s must be %s, not %q", setting, refused.Want, value)
	case errors.As(err, &session) && session.Origin.Key == prefix+setting:
		return failure.New(failure.Usage, "%s %s", setting, session.Problem)
	}
	return err
}
