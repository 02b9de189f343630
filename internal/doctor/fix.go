package doctor

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/dotfile"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keychain"
	"github.com/awsbroker/awsbroker/internal/paths"
	"github.com/awsbroker/awsbroker/internal/say"
)

// MendFindings does what can be done here about the findings, one after the other,
// after showing and asking for each. A no leaves that one as it is. Each fix
// looks anew at what it changes, for another one may have changed it meanwhile.
func MendFindings(ctx context.Context, b *broker.Broker, findings []Finding) error {
	for _, f := range findings {
		if f.fix == nil {
			continue
		}
		b.Report.Step(f.Kind.ID + ": " + f.Title)
		err := f.fix(ctx)
		switch {
		case err == nil:
			b.Report.Step("fixed")
		case errors.Is(err, broker.ErrDeclined):
			b.Report.Step("left as it is")
		case ctx.Err() != nil, failure.Is(err, failure.NeedPerson):
			return err // nor can the next be asked about
		default:
			b.Warn("not fixed: %s", err.Error())
		}
	}
	return nil
}

// edit is a change of a file of the person's. It is worked out anew each time,
// and one that is made already changes nothing.
type edit struct {
	path   string
	change func(text []byte) ([]byte, error)
}

// mendFiles is a fix that shows the edits as one diff, asks, and makes them in
// order: what is to be kept is written before its old place is emptied.
func mendFiles(b *broker.Broker, edits ...edit) func(context.Context) error {
	return func(ctx context.Context) error {
		diff := ""
		for _, e := range edits {
			before, after, err := e.work()
			if err == nil && string(before) != string(after) {
				err = dotfile.CheckWritable(e.path)
			}
			if err != nil {
				return err
			}
			diff += config.Diff(e.path, before, after)
		}
		if diff == "" {
			return nil
		}
		if err := b.Confirm(ctx, strings.TrimRight(diff, "\n"), "Change this?"); err != nil {
			return err
		}
		for _, e := range edits {
			if err := e.apply(); err != nil {
				return err
			}
		}
		return nil
	}
}

func (e edit) work() (before, after []byte, err error) {
	before, err = os.ReadFile(e.path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, nil // what was to be changed is gone
	}
	if err != nil {
		return nil, nil, err
	}
	after, err = e.change(before)
	return before, after, err
}

// apply works the edit out again: somebody may have written the file since.
func (e edit) apply() error {
	var err error
	for range 3 {
		var before, after []byte
		if before, after, err = e.work(); err != nil {
			return err
		}
		if string(before) == string(after) {
			return nil
		}
		if err = dotfile.Write(e.path, before, after); !errors.Is(err, dotfile.ErrChanged) {
			return err
		}
	}
	return err
}

// setProfile is an edit of one profile in the config file.
func setProfile(b *broker.Broker, profile string, set []config.Setting, remove ...string) edit {
	return edit{b.Paths.Config, func(text []byte) ([]byte, error) {
		return config.SetProfile(text, profile, set, remove)
	}}
}

// withoutKeys is an edit of one section of the credentials file. One without
// the section has no such keys.
func withoutKeys(b *broker.Broker, profile string, keys ...string) edit {
	return edit{b.Paths.Credentials, func(text []byte) ([]byte, error) {
		cfg, err := config.Parse("", nil, b.Paths.Credentials, text)
		if err != nil || !cfg.Has(profile) {
			return text, err
		}
		return config.RemoveKeys(text, profile, keys)
	}}
}

// mendMode is a fix that takes permissions from others.
func mendMode(b *broker.Broker, path string, mode fs.FileMode) func(context.Context) error {
	return func(ctx context.Context) error {
		if err := paths.CheckWay(path); err != nil {
			return err
		}
		info, err := os.Stat(path)
		if err != nil {
			return err
		}
		is := info.Mode().Perm()
		if is&^mode == 0 {
			return nil
		}
		text := fmt.Sprintf("chmod %o %s (from %o)", is&mode, say.ShellWord(path), is)
		if err := b.Confirm(ctx, text, "Change this?"); err != nil {
			return err
		}
		return os.Chmod(path, is&mode)
	}
}

// mendByRemoving is a fix that removes a file which nobody needs.
func mendByRemoving(b *broker.Broker, path string) func(context.Context) error {
	return func(ctx context.Context) error {
		if err := paths.CheckWay(path); err != nil {
			return err
		}
		if err := b.Confirm(ctx, say.Sprintf("This will remove %s.", path), "Remove it?"); err != nil {
			return err
		}
		err := os.Remove(path)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		return err
	}
}

// mendByMoving is a fix that moves a key in clear into the keychain.
func mendByMoving(b *broker.Broker, profile string) func(context.Context) error {
	return func(ctx context.Context) error {
		cfg, err := b.ReadConfig()
		if err != nil {
			return err
		}
		if keys, err := cfg.ClearKeys(profile); err == nil && len(keys) == 0 {
			return nil // it went with that of another profile
		}
		_, err = keychain.ImportKeys(ctx, b, keychain.ImportOptions{Source: keychain.FromProfiles, Of: profile})
		return err
	}
}
