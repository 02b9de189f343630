package broker

import (
	"cmp"
	"errors"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/target"
)

// ReadConfig reads the person's files.
func (b *Broker) ReadConfig() (*config.Config, error) {
	if err := b.CheckHome(); err != nil {
		return nil, err
	}
	b.Debug("files: %s, %s", b.Paths.Config, b.Paths.Credentials)
	cfg, err := config.Load(b.Paths.Config, b.Paths.Credentials)
	if err != nil {
		return nil, failure.OfConfig(err)
	}
	return cfg.WithKeys(b.HasKey), nil
}

// HasKey reports whether the record has a key of that name.
func (b *Broker) HasKey(name string) bool {
	record, err := keystore.ReadRecord(b.Paths.KeystoreFile())
	_, ok := record.Keys[name]
	return err == nil && ok
}

// CheckHome fails where there is no home directory and nothing that stands for one.
func (b *Broker) CheckHome() error {
	if b.Paths.Config != "" && b.Paths.State != "" {
		return nil
	}
	return failure.New(failure.Other, "there is no home directory: HOME is not set").
		Hint("set HOME, or AWS_CONFIG_FILE and XDG_STATE_HOME")
}

// Target works out what a profile stands for. Files are read, nothing else
// is opened.
func (b *Broker) Target(profile string) (*target.Target, error) {
	cfg, err := b.ReadConfig()
	if err != nil {
		return nil, err
	}
	return b.TargetIn(cfg, profile)
}

// TargetIn is [Broker.Target] in config files that were read before.
func (b *Broker) TargetIn(cfg *config.Config, profile string) (*target.Target, error) {
	p, err := b.resolve(cfg, profile)
	if err != nil {
		return nil, err
	}
	record, err := keystore.ReadRecord(b.Paths.KeystoreFile())
	if err != nil {
		return nil, failure.OfRecord(err)
	}
	return b.targetOf(p, record)
}

// targetIn is [Broker.TargetIn] with a record that was read before: once for many profiles.
func (b *Broker) targetIn(cfg *config.Config, record keystore.Record, profile string) (*target.Target, error) {
	p, err := b.resolve(cfg, profile)
	if err != nil {
		return nil, err
	}
	return b.targetOf(p, record)
}

// resolve returns a profile, narrowed as the command line wants it.
func (b *Broker) resolve(cfg *config.Config, profile string) (*config.Profile, error) {
	p, err := cfg.Resolve(profile)
	if err == nil {
		p.Agents = b.rules.OfSession(cfg, p)
		err = b.narrowFor(p)
	}
	var unknown *config.UnknownProfileError
	if errors.As(err, &unknown) && unknown.Name == profile && b.HasKey(profile) {
		f := failure.OfConfig(err)
		f.Hints = []string{"that is a key of the keychain; to see which profiles use it: awsbroker list"}
		return nil, f
	}
	if err != nil && !failure.Is(err) {
		err = failure.OfConfig(err)
	}
	return p, err
}

// targetOf a profile that was resolved.
func (b *Broker) targetOf(p *config.Profile, record keystore.Record) (*target.Target, error) {
	endpoint, err := b.endpoint(p)
	if err != nil {
		return nil, err
	}
	var key keystore.KeyInfo
	if b.Keystore == "" || b.Keystore == record.Keystore {
		key = record.Keys[p.KeyName] // the record is of the one keystore that keys are written to
	}
	_, from, _ := b.region(p)
	t := target.New(p, key, endpoint, from)
	if p.Chained() {
		if err := target.CheckChain(p); err != nil {
			return nil, err
		}
		if t.From, err = b.targetOf(p.Source, record); err != nil {
			return nil, err
		}
	}
	b.Debug("profile: %s; key %s (%s) of keystore %s", t.Describe(), p.KeyName,
		cmp.Or(t.Key.ShownID(), "id unknown"), cmp.Or(string(b.Keystore), string(record.Keystore), "none"))
	return t, nil
}

// TargetsOf returns the targets of the profiles that use a key, first the one of the
// profile first, unless that is empty. If no profile uses the key, the target is the
// key by itself, which may rotate itself if AWS lets it.
func (b *Broker) TargetsOf(name string, info keystore.KeyInfo, first string) ([]*target.Target, error) {
	cfg, err := b.ReadConfig()
	if err != nil {
		return nil, err
	}
	record, err := keystore.ReadRecord(b.Paths.KeystoreFile())
	if err != nil {
		return nil, failure.OfRecord(err)
	}
	var targets []*target.Target
	if first != "" {
		t, err := b.targetIn(cfg, record, first)
		if err != nil {
			return nil, err
		}
		if t.Profile.KeyName != name {
			return nil, failure.New(failure.Usage, "profile %s uses the key %q, not %q", first, t.Profile.KeyName, name)
		}
		targets = append(targets, t)
	}
	for _, profile := range cfg.Ours() {
		if t, err := b.targetIn(cfg, record, profile); profile != first && err == nil && t.Profile.KeyName == name {
			targets = append(targets, t)
		}
	}
	if len(targets) > 0 {
		return targets, nil
	}
	p := &config.Profile{KeyName: name, Partition: awsapi.PartitionOf(info.ARN)}
	e, err := b.endpoint(p)
	return []*target.Target{{Profile: p, Key: info, Endpoint: e}}, err
}

// TargetOfEdit returns what the profile will stand for after the edit.
func (b *Broker) TargetOfEdit(profile string, e config.Edit) (*target.Target, error) {
	cfg, err := e.Parse()
	if err != nil {
		return nil, failure.OfConfig(err)
	}
	return b.TargetIn(cfg.WithKeys(b.HasKey), profile)
}

// KeyTarget returns a target for a key by itself, outside of any profile. Its endpoint
// is in the key's own partition, where alone a refusal of the key means that the key
// is gone.
func (b *Broker) KeyTarget(name string, info keystore.KeyInfo) (*target.Target, error) {
	partition := awsapi.PartitionOf(info.ARN)
	t := &target.Target{Profile: &config.Profile{Name: name, KeyName: name, Partition: partition}, Key: info}
	var err error
	if t.Endpoint, err = b.endpoint(t.Profile); err != nil {
		return nil, err
	}
	if config.PartitionOfRegion(t.Endpoint.Region) != partition {
		t.Endpoint.Region = config.DefaultRegion(partition)
	}
	return t, nil
}
