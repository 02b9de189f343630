package broker

import (
	"cmp"
	"os"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/prompt"
)

// KeyChoice says which key of the keychain a command is to work with.
type KeyChoice struct {
	Asked string // its name; empty leaves the choice to ChooseKey
	Root  bool   // only the root user's key will do
	Hint  string // how a person names a key to the command

	Choose prompt.Chooser // has a person choose one of several
}

// ChooseKey returns the name of the key that is asked for, or of the only one that
// will do. None is a [failure.NotFound], several are a [failure.Usage].
func ChooseKey(record keystore.Record, c KeyChoice) (string, error) {
	if c.Asked != "" {
		if _, ok := record.Keys[c.Asked]; !ok {
			return "", failure.NoSuchKey(c.Asked, record.Names())
		}
		return c.Asked, nil
	}
	names, kind := record.Names(), "key"
	if c.Root {
		names, kind = slices.DeleteFunc(names, func(name string) bool { return !record.Keys[name].Root() }), "root key"
	}
	switch len(names) {
	case 0:
		return "", failure.New(failure.NotFound, "there is no %s in the keychain", kind).Hint("add one with: awsbroker add NAME")
	case 1:
		return names[0], nil
	}
	if name, err := c.Choose.One(kind, names); name != "" || err != nil {
		return name, err
	}
	return "", failure.New(failure.Usage, "which %s? there are %s", kind, strings.Join(names, ", ")).Hint("%s", c.Hint)
}

// ChooseKeyOr is [ChooseKey] for commands to which a profile may be named instead. If
// no key is named, the key is that of the asked profile, or of the profile that
// commands work on (see [Broker.ChooseProfile]). It returns that profile as well.
func (b *Broker) ChooseKeyOr(record keystore.Record, c KeyChoice, asked string) (name, profile string, err error) {
	named := cmp.Or(asked, os.Getenv("AWS_PROFILE"), os.Getenv("AWS_DEFAULT_PROFILE")) != ""
	if c.Asked == "" && (named || len(record.Keys) > 0) {
		silent := *b // the only key needs no profile, and one of several is chosen below
		silent.Choose = nil
		profile, _, err = silent.ChooseProfile(asked)
		if err == nil {
			name, err = b.keyNameOf(profile)
		}
		if err == nil || named {
			return name, profile, err
		}
	}
	c.Choose = b.Choose
	name, err = ChooseKey(record, c)
	return name, asked, err
}

func (b *Broker) keyNameOf(profile string) (string, error) {
	t, err := b.Target(profile)
	if err != nil {
		return "", err
	}
	return t.Profile.KeyName, nil
}
