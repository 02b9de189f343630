package setup

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
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

// fillRole sets the role: the named one, else the profile's, else for a profile that
// is not there yet the proposed one. A profile of the person's own without a role
// stays without one: a role would give its programs other rights.
func (f *filling) fillRole(ctx context.Context) error {
	switch {
	case f.NoRole:
		for _, setting := range ofRole {
			f.remove = append(slices.Clip(f.remove), "awsbroker_"+setting)
		}
		return nil
	case f.RoleARN == "" && f.exists:
		f.RoleARN = f.is.RoleARN
		if f.RoleARN == "" && !f.is.RunsUs() && !f.all {
			f.run.Report.Step(say.Sprintf("profile %s has no role, so its sessions have the rights of the key's user; to use a role: %s --role-arn ROLE", f.Profile, f.command()))
		}
		return nil
	case strings.HasPrefix(f.RoleARN, "arn:"):
		return nil
	}
	account, err := f.accountOfRole(ctx)
	if err != nil {
		return err
	}
	f.RoleARN = account + "role/" + cmp.Or(f.RoleARN, proposedRole)
	return nil
}

// accountOfRole returns the beginning of the ARN of a role that is named without its
// account: that of the profile's role, else that of the key.
func (f *filling) accountOfRole(ctx context.Context) (string, error) {
	if account, _, ok := strings.Cut(f.is.RoleARN, "role/"); ok {
		return account, nil
	}
	account, _, err := f.owner(ctx)
	return account, err
}

// fillDevice sets the MFA device: the named one, else the profile's, else the one that
// all other profiles of the key agree on, else a guess.
func (f *filling) fillDevice(ctx context.Context) error {
	named := f.MFASerial
	f.MFASerial = cmp.Or(named, f.is.MFASerial)
	if isWhole(named) || named == "" && (f.MFASerial != "" || f.chained) {
		return nil
	}
	if named == "" {
		if f.MFASerial = f.deviceOfSisters(); f.MFASerial != "" {
			return nil
		}
	}
	account, user, err := f.owner(ctx)
	if err != nil {
		return err
	}
	f.guessed = named == ""
	f.MFASerial = account + "mfa/" + cmp.Or(named, user)
	return nil
}

// deviceOfSisters returns the MFA device that all other profiles of the key have; empty
// if they have none, or several.
func (f *filling) deviceOfSisters() (serial string) {
	for _, p := range f.cfg.Sisters(f.KeyName, f.Profile) {
		switch {
		case p.MFASerial == "" || p.Chained() || p.MFASerial == serial:
		case serial != "":
			return ""
		default:
			serial = p.MFASerial
		}
	}
	return serial
}

// isWhole reports whether what names a device is an ARN, or a serial number as it is
// printed on a piece of hardware, in capitals and digits, and not just a name.
func isWhole(device string) bool {
	return strings.HasPrefix(device, "arn:") ||
		len(device) >= 9 && !strings.ContainsFunc(device, func(r rune) bool { return !('A' <= r && r <= 'Z' || '0' <= r && r <= '9') })
}

// owner returns whose key it is: the beginning of the ARNs of the account, and the
// user. AWS is asked if it is not on record.
func (f *filling) owner(ctx context.Context) (account, user string, err error) {
	arn := f.key.ARN
	if arn == "" && !f.Offline {
		r := f.run.NewActor(&target.Target{Profile: &config.Profile{Name: f.Profile, KeyName: f.KeyName}}, nil)
		defer r.Close()
		if err := r.OpenKey(ctx); err != nil {
			return "", "", err
		}
		identity, err := f.run.IdentifyKey(ctx, r.AccessKey, "")
		if err != nil {
			return "", "", err
		}
		arn = identity.ARN
		f.key.ARN = arn
	}
	account, user, ok := strings.Cut(arn, "user/")
	if !ok || strings.Count(account, ":") != 5 {
		return "", "", failure.New(failure.Usage, "the owner of key %q is not known, so awsbroker cannot propose a role or an MFA device", f.KeyName).
			Hint("add --role-arn arn:aws:iam::ACCOUNT:role/%s --mfa-serial arn:aws:iam::ACCOUNT:mfa/USER", proposedRole)
	}
	return account, user[strings.LastIndex(user, "/")+1:], nil
}
