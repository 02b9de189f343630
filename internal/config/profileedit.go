package config

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
)

// FileEdit is a change of one of the two files.
type FileEdit struct {
	Path          string
	Before, After []byte // Before is empty where there is no file
}

// ProfileEdit is a change of one profile. In AWS's tools a setting of the
// credentials file wins over one of the config file, so the change is of both.
type ProfileEdit struct{ Config, Credentials FileEdit }

// EditProfile reads both files and returns the change after which the profile has
// the settings of set and lacks those of remove: [SetProfile] writes the config
// file, and the profile's section of the credentials file loses the lines that would
// win. Nothing is written yet. An error of reading is an *fs.PathError, and one of a
// file's content a [*ParseError].
func EditProfile(configPath, credentialsPath, profile string, set []Setting, remove []string) (e ProfileEdit, err error) {
	e.Config, err = editFile(configPath, func(text []byte) ([]byte, error) {
		return SetProfile(text, profile, set, remove)
	})
	if err != nil {
		return e, err
	}
	e.Credentials, err = editFile(credentialsPath, func(text []byte) ([]byte, error) {
		doc, err := readDocument(credentialsPath, string(text))
		if err != nil || doc.sectionNamed(profile) == nil {
			return text, err
		}
		return RemoveKeys(text, profile, append(keysOf(set), remove...))
	})
	return e, err
}

// editFile reads a file, which need not exist, and changes its text.
func editFile(path string, change func(text []byte) ([]byte, error)) (e FileEdit, err error) {
	e = FileEdit{Path: path}
	if e.Before, err = os.ReadFile(path); err != nil && (path != "" && !errors.Is(err, fs.ErrNotExist)) {
		return e, err
	}
	e.After, err = change(e.Before)
	var parse *ParseError
	if errors.As(err, &parse) {
		parse.Path = path // the text came without its path
	}
	return e, err
}

// Diff shows the change of both files, as [Diff] does; "" if nothing changes.
func (e ProfileEdit) Diff() string {
	return Diff(e.Config.Path, e.Config.Before, e.Config.After) + Diff(e.Credentials.Path, e.Credentials.Before, e.Credentials.After)
}

// CheckWritable returns the reason for which [ProfileEdit.Write] would fail, as far
// as it can be known beforehand, or nil.
func (e ProfileEdit) CheckWritable() error {
	for _, f := range []FileEdit{e.Config, e.Credentials} {
		if string(f.Before) == string(f.After) || len(f.Before) == 0 {
			continue
		}
		if err := CheckWritable(f.Path); err != nil {
			return err
		}
	}
	return nil
}

// Write writes the config file and then the credentials file, each with [WriteFile],
// so that every setting is in its new place before it leaves the old one.
func (e ProfileEdit) Write() error {
	for _, f := range []FileEdit{e.Config, e.Credentials} {
		if string(f.Before) == string(f.After) {
			continue
		}
		if err := WriteFile(f.Path, f.Before, f.After); err != nil {
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
