package keychain

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/say"
)

// profileSource is the profiles that have an access key in clear. A key is taken out
// of all profiles that have it at once: left in one of them, it would still be in clear.
type profileSource struct {
	run   *broker.Broker
	adder *Adder
	from  ImportOptions
	stays func(text string) // is told what stays where it is; nil: nobody is
}

func (s *profileSource) find(context.Context) ([]*candidate, error) {
	cfg, err := s.run.ReadConfig()
	if err != nil {
		return nil, err
	}
	if s.from.Of != "" && !cfg.Has(s.from.Of) {
		return nil, noSuchProfile(cfg, s.from.Of)
	}
	all, err := s.keysIn(cfg)
	if err != nil {
		return nil, err
	}
	s.nameKeys(cfg, all)
	if len(all) > 0 {
		return all, nil
	}
	if s.from.Of == "" {
		return nil, failure.New(failure.NotFound, "no profile in %s or %s has a long-lived access key in plaintext", s.run.Paths.Credentials, s.run.Paths.Config)
	}
	f := failure.New(failure.NotFound, "profile %q has no access key in plaintext", s.from.Of)
	if p, err := cfg.Resolve(s.from.Of); err == nil {
		if _, ok := s.adder.record.Keys[p.KeyName]; ok {
			f.Hint("it uses the key %q in the keychain", p.KeyName)
		}
	}
	return nil, f
}

// nameKeys gives the keys their names, and the regions to ask AWS in.
func (s *profileSource) nameKeys(cfg *config.Config, all []*candidate) {
	for _, c := range all {
		if c.fault != nil {
			continue
		}
		if c.name = s.from.Of; s.from.Of == "" {
			c.name = bestName(cfg, c.clear)
		}
		if p, err := cfg.Resolve(c.clear[0].Profile); err == nil && config.PartitionOfRegion(p.Region) != "aws" {
			c.region = p.Region // another partition, where alone the key is known
		}
	}
}

// noSuchProfile names the profiles that have an access key in clear, instead of one that
// is not there.
func noSuchProfile(cfg *config.Config, asked string) error {
	_, err := cfg.Resolve(asked)
	f := failure.OfConfig(err)
	f.Hints = nil
	var with []string
	for _, name := range cfg.Names() {
		if keys, err := cfg.ClearKeys(name); err == nil && len(keys) > 0 {
			with = append(with, name)
		}
	}
	if len(with) == 0 {
		return f.Hint("no profile has an access key in plaintext; to type one: awsbroker add %s", say.ShellWord(asked))
	}
	return f.Hint("profiles with an access key in plaintext are %s; to take the first: awsbroker add --from-profile %s", strings.Join(with, ", "), say.ShellWord(with[0]))
}

// keysIn returns the keys of the profile, or of all profiles, each key with all lines
// that it stands in.
func (s *profileSource) keysIn(cfg *config.Config) ([]*candidate, error) {
	var found, faulty []*candidate
	ambiguous := map[string]bool{} // profiles with two keys
	for _, name := range cfg.Names() {
		keys, err := cfg.ClearKeys(name)
		if err == nil && severalKeys(keys) {
			ambiguous[name] = true
			err = fmt.Errorf("there are two different keys (AWS tools use the first): %s:%d and %s:%d", keys[0].File, keys[0].Line, keys[1].File, keys[1].Line)
		}
		if err != nil {
			if s.from.Of == name {
				return nil, failure.OfConfig(err)
			}
			faulty = append(faulty, &candidate{where: "profile " + name, fault: failure.OfConfig(err)})
		}
		for _, k := range keys {
			found = addLines(found, k)
		}
	}
	found = slices.DeleteFunc(found, func(c *candidate) bool {
		profiles := profilesOf(c.clear)
		if s.from.Of != "" {
			return !slices.Contains(profiles, s.from.Of)
		}
		return s.isTemporary(c) || !slices.ContainsFunc(profiles, func(name string) bool { return !ambiguous[name] })
	})
	if s.from.Of != "" {
		return found, nil
	}
	return append(found, faulty...), nil
}

// addLines adds a key, or, to one that another profile has as well, its lines.
func addLines(found []*candidate, k config.ClearKey) []*candidate {
	key := keyOf(k)
	for _, c := range found {
		if c.key.AccessKeyID != k.ID {
			continue
		}
		c.clear = append(c.clear, k)
		c.where = "profile " + strings.Join(profilesOf(c.clear), ", ")
		if c.key != key {
			c.fault = failure.New(failure.Other, "key %s has different secrets on %s:%d and %s:%d", credential.ShowID(k.ID), c.clear[0].File, c.clear[0].Line, k.File, k.Line).
				Hint("remove the wrong one")
		}
		return found
	}
	return append(found, &candidate{where: "profile " + k.Profile, key: key, clear: []config.ClearKey{k}})
}

// isTemporary reports whether the credentials end by themselves, so that they stay.
func (s *profileSource) isTemporary(c *candidate) bool {
	if !c.key.Temporary() && !credential.IsTemporaryKeyID(c.key.AccessKeyID) {
		return false
	}
	if s.stays != nil {
		s.stays(c.where + " has temporary credentials, which were not moved because they expire")
	}
	return true
}

func keyOf(k config.ClearKey) credential.Credentials {
	c := credential.Credentials{AccessKeyID: k.ID, SecretAccessKey: k.Secret}
	if k.Token {
		c.SessionToken = credential.NewSecret("there is one")
	}
	return c
}

// severalKeys: one profile with different keys in the two files.
func severalKeys(keys []config.ClearKey) bool {
	return slices.ContainsFunc(keys, func(k config.ClearKey) bool { return k.ID != keys[0].ID })
}

func profilesOf(keys []config.ClearKey) []string {
	var names []string
	for _, k := range keys {
		if !slices.Contains(names, k.Profile) {
			names = append(names, k.Profile)
		}
	}
	return names
}

// bestName returns the one of the profiles with the key whose name most profiles use
// as the name of their key.
func bestName(cfg *config.Config, keys []config.ClearKey) string {
	users := map[string]int{}
	for _, name := range cfg.Names() {
		if p, err := cfg.Resolve(name); err == nil {
			users[p.KeyName]++
		}
	}
	names := profilesOf(keys)
	best := names[0]
	for _, name := range names[1:] {
		if users[name] > users[best] || users[name] == users[best] && best == "default" {
			best = name
		}
	}
	return best
}
