package broker

import (
	"errors"
	"os"

	"github.com/awsbroker/awsbroker/internal/failure"
)

// StandIn is a profile without credentials of its own, for a command whose
// [default] has some: every SDK looks at the profile before it asks a server
// (contract.md R19).
type StandIn struct {
	Profile string
	Config  string // the file that has it
	Copied  bool   // the file is ours, and to be removed at the end
}

// StandInProfile is the name of the stand-in.
const StandInProfile = "awsbroker-server"

// StandIn makes a stand-in if the command needs one; else it returns nil. The copy of
// the config file has the person's other profiles, too, which work there, but no
// access keys in clear. The copy is read-only, since it is removed at the end.
func (b *Broker) StandIn() (*StandIn, error) {
	cfg, err := b.ReadConfig()
	if err != nil {
		return nil, err
	}
	shadow, found := cfg.SignsIn("default")
	if !found {
		return nil, nil
	}
	if own, signsIn := cfg.SignsIn(StandInProfile); signsIn {
		return nil, failure.New(failure.Other, "there is a profile %s with credentials (%s), and that name is awsbroker's own", StandInProfile, own.String()).
			Hint("give it another name")
	}
	b.Report.Step("the default profile has credentials of its own (" + shadow.String() +
		"), so the command works through the profile " + StandInProfile)
	if cfg.Has(StandInProfile) { // this is the command of another server
		return &StandIn{Profile: StandInProfile, Config: b.Paths.Config}, nil
	}
	file, err := b.writeStandIn(cfg.StandIn(StandInProfile))
	if err != nil {
		return nil, failure.New(failure.Other, "the config file could not be copied for the command: %v", err)
	}
	return &StandIn{Profile: StandInProfile, Config: file, Copied: true}, nil
}

func (b *Broker) writeStandIn(text []byte) (path string, err error) {
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
		RemoveStandIn(f.Name())
	}
	return f.Name(), err
}

// RemoveStandIn removes the copy, if there is one.
func RemoveStandIn(path string) {
	if path != "" {
		_ = os.Chmod(path, 0o600) // Windows removes no file that is read-only
		_ = os.Remove(path)
	}
}
