package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	"github.com/awsbroker/awsbroker/internal/dotfile"
)

// FileEdit is a change of one of the two files.
type FileEdit struct {
	Path          string
	Before, After []byte // Before is empty where there is no file
}

// Edit is a change of profiles. In AWS's tools a setting of the credentials file wins
// over one of the config file, so the change is of both.
type Edit struct{ Config, Credentials FileEdit }

// ReadEdit reads both files, which need not exist, and returns an edit that changes
// nothing yet. An error is an *fs.PathError.
func ReadEdit(configPath, credentialsPath string) (e Edit, err error) {
	e.Config.Path, e.Credentials.Path = configPath, credentialsPath
	for _, f := range []*FileEdit{&e.Config, &e.Credentials} {
		if f.Before, err = os.ReadFile(f.Path); err != nil && (f.Path != "" && !errors.Is(err, fs.ErrNotExist)) {
			return e, err
		}
		f.After = f.Before
	}
	return e, nil
}

// EditProfile is [ReadEdit] and [Edit.SetProfile].
func EditProfile(configPath, credentialsPath, profile string, set []Setting, remove []string) (Edit, error) {
	e, err := ReadEdit(configPath, credentialsPath)
	if err != nil {
		return e, err
	}
	return e.SetProfile(profile, set, remove)
}

// SetProfile returns the edit after which the profile, besides, has the settings of set
// and lacks those of remove: [SetProfile] writes the config file, and the profile's
// section of the credentials file loses the lines that would win. An error of a file's
// content is a [*ParseError].
func (e Edit) SetProfile(profile string, set []Setting, remove []string) (_ Edit, err error) {
	if e.Config.After, err = SetProfile(e.Config.After, profile, set, remove); err != nil {
		return e, e.Config.name(err)
	}
	doc, err := readDocument(e.Credentials.Path, string(e.Credentials.After))
	if err != nil || doc.sectionNamed(profile) == nil {
		return e, err
	}
	e.Credentials.After, err = RemoveKeys(e.Credentials.After, profile, append(keysOf(set), remove...))
	return e, e.Credentials.name(err)
}

// RemoveClearKeys returns the edit after which both files, besides, lack the lines of
// the keys.
func (e Edit) RemoveClearKeys(keys []ClearKey) (Edit, error) {
	for _, f := range []*FileEdit{&e.Config, &e.Credentials} {
		after, err := RemoveClearKeys(f.Path, f.After, keys)
		if err != nil {
			return e, err
		}
		f.After = after
	}
	return e, nil
}

// Parse reads the files as they are after the edit.
func (e Edit) Parse() (*Config, error) {
	return Parse(e.Config.Path, e.Config.After, e.Credentials.Path, e.Credentials.After)
}

// name gives a [*ParseError] of a text the path of its file.
func (f FileEdit) name(err error) error {
	var parse *ParseError
	if errors.As(err, &parse) {
		parse.Path = f.Path
	}
	return err
}

// Diff shows the change of both files, as [Diff] does; "" if nothing changes.
func (e Edit) Diff() string {
	return Diff(e.Config.Path, e.Config.Before, e.Config.After) + Diff(e.Credentials.Path, e.Credentials.Before, e.Credentials.After)
}

// CheckWritable returns the reason for which [Edit.Write] would fail, as far
// as it can be known beforehand, or nil.
func (e Edit) CheckWritable() error {
	for _, f := range []FileEdit{e.Config, e.Credentials} {
		if string(f.Before) == string(f.After) || len(f.Before) == 0 {
			continue
		}
		if err := dotfile.CheckWritable(f.Path); err != nil {
			return err
		}
	}
	return nil
}

// Write writes the config file and then the credentials file, each with [dotfile.Write],
// so that every setting is in its new place before it leaves the old one.
func (e Edit) Write() error {
	for _, f := range []FileEdit{e.Config, e.Credentials} {
		if string(f.Before) == string(f.After) {
			continue
		}
		if err := dotfile.Write(f.Path, f.Before, f.After); err != nil {
			return fmt.Errorf("%s could not be written: %w", f.Path, err)
		}
	}
	return nil
}

// Override returns the first line of the credentials file that would win over a
// change of the profile in the config file: it has another value than set, or is one
// of remove.
func (c *Config) Override(profile string, set []Setting, remove []string) (Origin, bool) {
	s := c.credentials.sectionNamed(profile)
	if s == nil {
		return Origin{}, false
	}
	for i := range s.all {
		o := &s.all[i]
		wanted := slices.IndexFunc(set, func(w Setting) bool { return w.Key == o.name })
		if wanted >= 0 && set[wanted].Value != o.rawValue() || slices.Contains(remove, o.name) {
			return s.origin(o), true
		}
	}
	return Origin{}, false
}
