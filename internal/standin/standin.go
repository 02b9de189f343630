// Package standin makes a profile for the command of exec --server whose own default
// profile has credentials.
package standin

import (
	"errors"
	"os"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
)

// Profile is a profile without credentials of its own, for a command whose
// [default] has some: every SDK looks at the profile before it asks a server
// (contract.md R19).
type Profile struct {
	Name   string
	Config string // the file that has it
	Copied bool   // the file is ours, and to be removed at the end
}

// Make makes a stand-in if the command needs one; else it returns nil. The copy of
// the config file has the person's other profiles, too, which work there, but no
// access keys in clear. The copy is read-only, since it is removed at the end. The
// person is told of it if say is set.
func Make(b *broker.Broker, say bool) (*Profile, error) {
	cfg, err := b.ReadConfig()
	if err != nil {
		return nil, err
	}
	shadow, found := cfg.SignsIn("default")
	if !found {
		return nil, nil
	}
	if own, signsIn := cfg.SignsIn(config.StandInProfile); signsIn {
		return nil, failure.New(failure.Other, "the profile %s has credentials (%s), but awsbroker uses that name itself", config.StandInProfile, own.String()).
			Hint("give that profile another name")
	}
	tell := b.Report.Debug
	if say {
		tell = b.Report.Step
	}
	tell("the default profile has its own credentials (" + shadow.String() +
		"), so the command uses the profile " + config.StandInProfile)
	if cfg.Has(config.StandInProfile) { // this is the command of another server
		return &Profile{Name: config.StandInProfile, Config: b.Paths.Config}, nil
	}
	file, err := write(b, cfg.StandIn(config.StandInProfile))
	if err != nil {
		return nil, failure.New(failure.Other, "the config file could not be copied for the command: %v", err)
	}
	return &Profile{Name: config.StandInProfile, Config: file, Copied: true}, nil
}

func write(b *broker.Broker, text []byte) (path string, err error) {
	dir := b.SessionDir()
	if dir == "" {
		return "", errors.New("there is no directory for it")
	}
	f, err := os.CreateTemp(dir, "config-")
	if err != nil {
		return "", err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Chmod(0o400), f.Close())
	if err != nil {
		Remove(f.Name())
	}
	return f.Name(), err
}

// Remove removes the copy, if there is one.
func Remove(path string) {
	if path != "" {
		_ = os.Chmod(path, 0o600) // Windows removes no file that is read-only
		_ = os.Remove(path)
	}
}
