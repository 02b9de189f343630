package uninstall

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"

	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/dotfile"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/say"
)

// Profile is one that awsbroker serves, or that has settings of awsbroker's.
type Profile struct {
	Name string
	Back bool // it goes on with AWS's own settings; else awsbroker's go, and the profile if there is nothing else in it
	Asks bool // it is not decided yet, in a rehearsal
}

// planProfiles works out what the config file will be.
func (l *leaving) planProfiles() error {
	before, err := os.ReadFile(l.run.Paths.Config)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return failure.New(failure.Other, "%w", err)
	}
	after := before
	for _, name := range l.files.Names() {
		own := l.files.Own(name)
		if len(own) == 0 {
			continue
		}
		profile := Profile{Name: name}
		var set []config.Setting
		if p, err := l.files.Resolve(name); err == nil { // one that is wrong has no way back
			if i := slices.IndexFunc(l.plan.Keys, func(k Key) bool { return k.Name == p.KeyName }); i >= 0 {
				k := l.plan.Keys[i]
				profile.Back, profile.Asks = k.Fate == WriteBack, k.Fate == ""
				if profile.Back {
					set = l.files.HandOver(p, k.Sections[0])
				}
			}
		}
		l.plan.Profiles = append(l.plan.Profiles, profile)
		if profile.Back {
			after, err = config.SetProfile(after, name, set, own)
		} else {
			after, err = config.LeaveProfile(after, name, own)
		}
		if err != nil {
			return failure.OfConfig(err)
		}
	}
	l.configEdit = config.FileEdit{Path: l.run.Paths.Config, Before: before, After: after}
	if string(before) != string(after) {
		l.plan.Diff = config.Diff(l.run.Paths.Config, before, after)
		if err := dotfile.CheckWritable(l.run.Paths.Config); err != nil {
			return failure.New(failure.Other, "the profiles cannot be written: %w", err)
		}
	}
	return l.checkCredentials()
}

// checkCredentials refuses where a key is to go into a credentials file that cannot be
// written: later, other keys would be deleted already.
func (l *leaving) checkCredentials() error {
	path := l.run.Paths.Credentials
	if _, err := os.Stat(path); err != nil {
		return nil // it is made
	}
	if !slices.ContainsFunc(l.plan.Keys, func(k Key) bool { return k.Fate == WriteBack && !k.Written }) {
		return nil
	}
	if err := dotfile.CheckWritable(path); err != nil {
		return failure.New(failure.Other, "the keys cannot be written: %w", err)
	}
	return nil
}

// readKey takes a key from the keychain.
func (l *leaving) readKey(ctx context.Context, k Key) (key credential.Credentials, err error) {
	err = l.asker.Retry(func() (err error) {
		key, err = l.store.Get(ctx, k.Name)
		return err
	})
	switch {
	case errors.Is(err, keystore.ErrNotFound):
		return key, failure.OfKeyOnRecord(err, k.Name)
	case err != nil:
		return key, failure.OfKeystore(err, k.Name)
	}
	return key, nil
}

// compareSecrets refuses where a key that is in clear already has another secret there,
// as a line that somebody blanked out: the keychain then has the only copy.
func (l *leaving) compareSecrets(ctx context.Context) error {
	for _, k := range l.plan.Keys {
		if !k.Written || k.Lost {
			continue
		}
		key, err := l.readKey(ctx, k)
		if err != nil {
			return err
		}
		for _, section := range k.Sections {
			clear, err := l.files.ClearKeys(section)
			if err != nil {
				return failure.OfConfig(err)
			}
			if is := clear[0]; is.Secret != key.SecretAccessKey {
				return failure.New(failure.Other, "%s:%d has the id of the key %q, but not the same secret as the keychain", is.File, is.Line, k.Name).
					Hint("remove aws_access_key_id and aws_secret_access_key from [%s] there", is.Section)
			}
		}
	}
	return nil
}

// writeBack writes keys into the credentials file, which only its owner may read then,
// and takes awsbroker's settings out of that file.
func (l *leaving) writeBack(ctx context.Context) error {
	path := l.run.Paths.Credentials
	before, err := os.ReadFile(path)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return failure.New(failure.Other, "%w", err)
	}
	after := before
	for _, k := range l.plan.Keys {
		if k.Fate != WriteBack || k.Written {
			continue
		}
		key, err := l.readKey(ctx, k)
		if err != nil {
			return err
		}
		for _, section := range k.Sections {
			if after, err = config.AddClearKey(path, after, section, key); err != nil {
				return failure.OfConfig(err)
			}
		}
	}
	for _, p := range l.plan.Profiles {
		if after, err = config.RemoveOwn(path, after, p.Name); err != nil {
			return failure.OfConfig(err)
		}
	}
	if string(before) == string(after) {
		return nil
	}
	if info, err := os.Stat(path); err == nil && info.Mode().Perm()&0o077 != 0 { // before a secret is in it
		if err := os.Chmod(path, info.Mode().Perm()&^0o077); err != nil {
			return failure.New(failure.Other, "%w", err)
		}
	}
	return l.write(path, before, after)
}

func (l *leaving) writeProfiles(context.Context) error {
	e := l.configEdit
	if err := l.write(e.Path, e.Before, e.After); err != nil {
		return err
	}
	for _, p := range l.plan.Profiles {
		if p.Back {
			l.run.Report.Step(say.Sprintf("profile %s uses ~/.aws/credentials", p.Name))
		} else {
			l.run.Report.Step(say.Sprintf("profile %s no longer uses awsbroker", p.Name))
		}
	}
	return nil
}

func (l *leaving) write(path string, before, after []byte) error {
	if string(before) == string(after) {
		return nil
	}
	if err := dotfile.Write(path, before, after); err != nil {
		return failure.New(failure.Other, "awsbroker could not write %s: %w", path, err)
	}
	return nil
}
