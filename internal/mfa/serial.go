package mfa

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
)

// serialEdit is a place in the config file where a device is to be named.
type serialEdit struct {
	profile string // whose section it is
	key     string // mfa_serial or awsbroker_mfa_serial
}

// editFor returns where a profile's device is to be written: where it is, or under
// the name that fits how the profile says its role.
func (w *work) editFor(p *config.Profile) serialEdit {
	if o, ok := p.Origin("mfa_serial"); ok && o.File == w.run.Paths.Config {
		return serialEdit{profileOfSection(o.Section), o.Key}
	}
	if o, ok := p.Origin("role_arn"); ok && o.Key == "role_arn" && p.CredentialProcess == "" {
		return serialEdit{p.Name, "mfa_serial"}
	}
	return serialEdit{p.Name, "awsbroker_mfa_serial"}
}

// editsOf are the places where a device is named. Those that cannot be edited
// are said.
func (w *work) editsOf(serial string) (edits []serialEdit) {
	for _, name := range w.profilesNaming(serial) {
		p, err := w.keys.Files.Resolve(name)
		if err != nil {
			continue
		}
		o, ok := p.Origin("mfa_serial")
		e := w.editFor(p)
		switch {
		case !ok || o.File != w.run.Paths.Config || !config.ValidProfileName(e.profile):
			w.run.Warn("change it yourself in %s", o.String())
		case !slices.Contains(edits, e):
			edits = append(edits, e)
		}
	}
	return edits
}

func profileOfSection(section string) string {
	return strings.Trim(strings.TrimSpace(strings.TrimPrefix(section, "profile ")), `"'`)
}

// withSerial is the config file as it is, and with a device named.
func (w *work) withSerial(edits []serialEdit, serial string) (before, after []byte, err error) {
	before, err = os.ReadFile(w.run.Paths.Config)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, nil, failure.New(failure.Other, "%w", err)
	}
	after = before
	for _, e := range edits {
		if after, err = config.SetProfile(after, e.profile, []config.Setting{{Key: e.key, Value: serial}}, nil); err != nil {
			return nil, nil, failure.OfConfig(err)
		}
	}
	return before, after, nil
}

// writeSerial shows what changes in the config file, asks, and writes it.
func (w *work) writeSerial(ctx context.Context, edits []serialEdit, serial string) error {
	before, after, err := w.withSerial(edits, serial)
	if err != nil {
		return err
	}
	diff := config.Diff(w.run.Paths.Config, before, after)
	if diff == "" {
		return nil
	}
	if err := w.actor.Confirm(ctx, strings.TrimRight(diff, "\n"), "Write this?"); err != nil {
		return err
	}
	if err := config.WriteFile(w.run.Paths.Config, before, after); err != nil {
		return failure.New(failure.Other, "%s could not be written: %w", w.run.Paths.Config, err)
	}
	w.keys.Files, err = w.run.ReadConfig()
	return err
}
