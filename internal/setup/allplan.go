package setup

import (
	"context"
	"errors"
	"strings"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keychain"
	"github.com/awsbroker/awsbroker/internal/target"
)

// device is the MFA device of a key's user, or why there is none to use.
type device struct {
	serial string
	err    error
}

// planAll works out what becomes of each profile.
func (a *all) planAll(ctx context.Context) error {
	files, err := a.withIncluded()
	if err != nil {
		return err
	}
	had := map[string]string{}
	for _, name := range files.Names() {
		if key, ok := a.clear.Of(name); ok {
			had[name] = key
		}
	}
	planned := map[string]bool{}
	for _, use := range keychain.Waiting(files, a.keyNames(), had) {
		planned[use.Profile] = true
		err := a.planOne(ctx, use)
		if failure.Is(err, failure.NeedPerson, failure.Unreachable, failure.Keychain) {
			return err // the next one would fare no better
		}
		if err != nil {
			a.leave(use.Profile, reasonOf(err))
		}
	}
	for _, name := range files.Names() {
		if !planned[name] {
			a.leave(name, a.whyNot(files, name))
		}
	}
	return nil
}

// withIncluded returns the files as they would be if each profile had the settings that
// aws-vault gives it from profiles that it includes.
func (a *all) withIncluded() (*config.Config, error) {
	cfg, err := a.edit.Parse()
	if err != nil {
		return nil, failure.OfConfig(err)
	}
	edit := a.edit
	for _, name := range cfg.Names() {
		a.bases[includedBy(cfg, name)] = true
		if set, ok := included(cfg, name); ok {
			if with, err := edit.SetProfile(name, set, nil); err == nil { // else planOne tells why
				edit = with
			}
		}
	}
	if cfg, err = edit.Parse(); err != nil {
		return nil, failure.OfConfig(err)
	}
	return cfg.WithKeys(a.hasKey), nil
}

func (a *all) hasKey(name string) bool {
	_, ok := a.record.Keys[name]
	return ok
}

// planOne adds the change of one profile to the edit.
func (a *all) planOne(ctx context.Context, use keychain.Use) error {
	if why := a.stay[use.Profile]; why != "" {
		return errors.New(why)
	}
	if !config.ValidProfileName(use.Profile) {
		return errors.New("its name has other characters than letters, digits and _ . / % @ -")
	}
	o := Options{Profile: use.Profile, KeyName: use.Key, Program: a.Program, Offline: a.Offline, MFASession: a.MFASession, all: true}
	f := &filling{run: a.run, Options: o, edit: a.edit, record: a.record, regions: a.regions}
	if err := f.parse(); err != nil {
		return err
	}
	if _, ok := f.cfg.Value(use.Profile, "region"); !ok {
		f.Region = a.Region
	}
	if use.Key == "" { // a chain has its MFA session where it begins
		f.MFASession = ""
	}
	if err := f.fill(ctx); err != nil {
		return err
	}
	edit, t, err := f.plan(ctx, a.chooseDevice)
	if err != nil {
		return err
	}
	a.edit = edit
	a.out.Profiles = append(a.out.Profiles, use.Profile)
	if t.Profile.Region == "" {
		a.out.NoRegion = append(a.out.NoRegion, use.Profile)
	}
	return nil
}

// chooseDevice is [chooseDevice] once a key.
func (a *all) chooseDevice(ctx context.Context, b *broker.Broker, t *target.Target) (string, error) {
	name := t.Profile.KeyName
	d, known := a.devices[name]
	if known {
		return d.serial, d.err
	}
	if key, _ := a.clear.Key(name); key.AccessKeyID != "" {
		d.serial, d.err = chooseDeviceOf(ctx, b, t, key)
	} else {
		d.serial, d.err = chooseDevice(ctx, b, t)
	}
	a.devices[name] = d
	return d.serial, d.err
}

// leave notes that a profile stays as it is; nothing if there is no reason to tell.
func (a *all) leave(profile, why string) {
	if why != "" {
		a.out.Left = append(a.out.Left, Left{profile, why})
	}
}

// reasonOf returns what went wrong, with the first hint.
func reasonOf(err error) string {
	var f *failure.Error
	if errors.As(err, &f) && len(f.Hints) > 0 {
		return strings.TrimSuffix(f.Message, ".") + "; " + f.Hints[0]
	}
	return err.Error()
}
