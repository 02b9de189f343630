package mfa

import (
	"context"
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

// withSerial is the edit of the config file after which it names a device.
func (w *work) withSerial(edits []serialEdit, serial string) (config.Edit, error) {
	files, err := config.ReadEdit(w.run.Paths.Config, w.run.Paths.Credentials)
	if err != nil {
		return files, failure.New(failure.Other, "%w", err)
	}
	for _, e := range edits {
		after, err := config.SetProfile(files.Config.After, e.profile, []config.Setting{{Key: e.key, Value: serial}}, nil)
		if err != nil {
			return files, failure.OfConfig(err)
		}
		files.Config.After = after
	}
	return files, nil
}

// writeSerial shows what changes in the config file, asks, and writes it.
func (w *work) writeSerial(ctx context.Context, edits []serialEdit, serial string) error {
	files, err := w.withSerial(edits, serial)
	if err != nil {
		return err
	}
	diff := files.Diff()
	if diff == "" {
		return nil
	}
	if err := w.actor.Confirm(ctx, strings.TrimRight(diff, "\n"), "Write this?"); err != nil {
		return err
	}
	if err := files.Write(); err != nil {
		return failure.New(failure.Other, "%w", err)
	}
	w.keys.Files, err = w.run.ReadConfig()
	return err
}
