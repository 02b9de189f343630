package setup

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/target"
)

// filling completes the options of a run: with what the profile has, else with a
// proposal.
type filling struct {
	run *broker.Broker
	Options
	edit   config.Edit     // of the files, before the profile's own
	record keystore.Record // which keys there are
	cfg    *config.Config
	exists bool           // the profile is there
	is     config.Profile // what it is; empty if it is not there, or another program served it
	key    keystore.KeyInfo

	regions map[[3]string]string // proposed to profiles by key, partition and source; nil: not remembered
}

// newFilling returns the filling of options, which stay as they are, for files as they
// are.
func newFilling(b *broker.Broker, o Options) (*filling, error) {
	if _, err := b.ReadConfig(); err != nil { // refuses what is no file
		return nil, err
	}
	edit, err := config.ReadEdit(b.Paths.Config, b.Paths.Credentials)
	if err != nil {
		return nil, failure.OfConfig(err)
	}
	record, err := keystore.ReadRecord(b.Paths.KeystoreFile())
	if err != nil {
		return nil, failure.OfRecord(err)
	}
	return &filling{run: b, Options: o, edit: edit, record: record}, nil
}

// fill completes the options.
func (f *filling) fill(ctx context.Context) error {
	f.remove = BesideHelper
	if err := f.readProfile(); err != nil {
		return err
	}
	if err := f.chooseKey(); err != nil {
		return err
	}
	if f.chained && f.MFASession != "" {
		return failure.New(failure.Usage, "profile %s gets its sessions from the role of profile %s, so it has no MFA session of its own", f.Profile, f.is.Root().Name).
			Hint("set it in that profile: awsbroker setup %s --mfa-session %s", failure.SetupWord(f.is.Root().Name), say.ShellWord(f.MFASession))
	}
	f.keep()
	if err := f.fillRole(ctx); err != nil {
		return err
	}
	if err := f.limit(); err != nil {
		return err
	}
	if err := f.fillDevice(ctx); err != nil {
		return err
	}
	return f.fillRegion(ctx)
}

// readProfile reads the profile as it is.
func (f *filling) readProfile() (err error) {
	if err := f.parse(); err != nil {
		return err
	}
	if f.Like != "" {
		if err := f.readLike(); err != nil {
			return err
		}
	}
	if settings, ok := included(f.cfg, f.Profile); ok {
		if f.edit, err = f.edit.SetProfile(f.Profile, settings, includeKeys); err != nil {
			return failure.OfConfig(err)
		}
		if err := f.parse(); err != nil {
			return err
		}
	}
	if file, line, ok := f.cfg.StaticKeys(f.Profile); ok {
		if !hasOnlySession(f.cfg, f.Profile) {
			return failure.New(failure.Other, "%s:%d has an access key in plaintext for profile %s, which AWS tools would use instead of awsbroker", file, line, f.Profile).
				Hint("move that key to the keychain with: awsbroker add --from-profile %s, and run setup again", say.ShellWord(f.Profile))
		}
		f.remove = append(slices.Clip(f.remove), config.ClearKeyLines...)
	}
	p, err := f.cfg.Resolve(f.Profile)
	var unknown *config.UnknownProfileError
	if errors.As(err, &unknown) && unknown.Name == f.Profile {
		if unknown.Bare == nil {
			return nil
		}
		p, err = f.resolveWithout()
	}
	f.exists = true
	var notOurs *config.NotOursError
	if errors.As(err, &notOurs) && notOurs.Origin.Key == "credential_process" {
		p, err = f.resolveWithout("credential_process") // of another program: the line is the one that is replaced
	}
	if err != nil {
		return failure.OfConfig(err)
	}
	f.is = *p
	return nil
}

// resolveWithout reads the profile as it would be without some lines, and with the
// header [profile NAME] where the config file has [NAME], which no AWS tool takes for
// a profile.
func (f *filling) resolveWithout(lines ...string) (*config.Profile, error) {
	e, err := f.edit.SetProfile(f.Profile, nil, lines)
	if err != nil {
		return nil, err
	}
	cfg, err := e.Parse()
	if err != nil {
		return nil, err
	}
	f.cfg = cfg.WithKeys(f.hasKey)
	return f.cfg.Resolve(f.Profile)
}

// parse reads the files as they are after the edit so far.
func (f *filling) parse() error {
	cfg, err := f.edit.Parse()
	if err != nil {
		return failure.OfConfig(err)
	}
	f.cfg = cfg.WithKeys(f.hasKey)
	return nil
}

func (f *filling) hasKey(name string) bool {
	_, ok := f.record.Keys[name]
	return ok
}

// hasOnlySession reports whether the keys that a profile has in clear are those of
// temporary sessions, which end by themselves and need not be kept.
func hasOnlySession(cfg *config.Config, profile string) bool {
	keys, err := cfg.ClearKeys(profile)
	return err == nil && len(keys) > 0 && !slices.ContainsFunc(keys, func(k config.ClearKey) bool {
		return !k.Token && !credential.IsTemporaryKeyID(k.ID)
	})
}

// chooseKey chooses the key that a person named, else the one that the profile has, if
// it is in the keychain, else the only one there.
func (f *filling) chooseKey() (err error) {
	f.chained = f.is.Chained() && f.KeyName == "" && !f.NoRole // who names a key wants it to assume the role
	c := broker.KeyChoice{Asked: f.KeyName, Hint: "choose one with --key"}
	if !f.all {
		c.Choose = f.run.Choose
	}
	if c.Asked == "" && f.hasKey(f.is.KeyName) {
		c.Asked = f.is.KeyName
	}
	if f.KeyName, err = broker.ChooseKey(f.record, c); failure.Is(err, failure.NotFound) && c.Asked != "" && len(f.record.Keys) > 0 {
		return failure.WithHint(err, "or put it there with: awsbroker add %s", say.ShellWord(c.Asked))
	}
	if err != nil {
		return err
	}
	f.key = f.record.Keys[f.KeyName]
	proposed := target.Target{Profile: &config.Profile{Name: f.Profile, KeyName: f.KeyName, RoleARN: proposedRole}, Key: f.key}
	return proposed.RefuseRoot(time.Now())
}

// keep sets what the profile has beyond the options, and keeps.
func (f *filling) keep() {
	if f.is.Chained() && !f.chained {
		f.remove = append(slices.Clip(f.remove), "awsbroker_source_profile")
		f.is.Source = nil
	}
	for _, p := range f.is.Problems {
		if p.Kind == config.UnknownSetting && !f.all {
			f.run.Warn("%s", p.String())
		}
	}
	if !f.NoRole {
		f.kept = roleSettings(f.is)
		f.narrows, _ = f.is.HelperNarrowing()
	}
	for _, s := range inheritedSettings(f.is) {
		if s.Key != "awsbroker_mfa_session" || f.MFASession == "" {
			f.kept = append(f.kept, s)
		}
	}
	if command, ok := f.cfg.Value(f.Profile, "mfa_process"); ok && f.is.MFAProcess == "" {
		f.kept = append(f.kept, config.Setting{Key: "awsbroker_mfa_process", Value: command})
	}
}
