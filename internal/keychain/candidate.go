package keychain

import (
	"cmp"
	"context"
	"errors"
	"strings"

	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/sts"
)

// candidate is a key that a source has.
type candidate struct {
	where  string // in the source, for people
	name   string // the key's, if the source has one for it
	key    credential.Credentials
	region string            // to ask AWS in; empty: the usual one
	root   bool              // the source says that it is the root user's
	clear  []config.ClearKey // profiles: lines that it stands in
	item   string            // aws-vault: its name there

	info  keystore.KeyInfo
	there bool // the keychain has it already, and the record knows
	fault error
}

// examine finds out whose key it is and what it will be called.
func (im *importer) examine(ctx context.Context, c *candidate, others []*candidate) error {
	var err error
	if c.key, err = tidyKey(c.key); err != nil {
		return err
	}
	for _, o := range others {
		if o.key.AccessKeyID == c.key.AccessKeyID {
			return failure.New(failure.Other, "key %s is there twice", credential.ShowID(c.key.AccessKeyID))
		}
	}
	c.name = cmp.Or(im.from.Name, c.name)
	if c.there, err = im.isThere(ctx, c); err != nil || c.there {
		return err
	}
	if c.root && im.from.Offline {
		return failure.New(failure.Other, "this file may have the key of a root user, and only AWS can confirm that").Hint("leave out --offline")
	}
	if !im.from.Offline {
		identity, err := im.run.IdentifyKey(ctx, c.key, c.region)
		if err != nil {
			return err
		}
		admitted, err := im.adder.admit(identity, c.name)
		if err != nil {
			return err
		}
		c.info = rejoin(c.info, admitted)
	}
	if c.name == "" {
		if c.info.Root() {
			c.name = "root" // its file names no user
		} else if c.name = (sts.Identity{ARN: c.info.ARN}).UserName(); c.name == "" {
			return failure.New(failure.Usage, "this key has no name").Hint("name it: awsbroker add NAME …")
		}
		if c.there, err = im.isThere(ctx, c); err != nil || c.there {
			return err
		}
	}
	if err := keystore.CheckName(c.name); err != nil {
		return failure.OfKeystore(err, c.name)
	}
	for _, o := range others {
		if o.name == c.name {
			return failure.New(failure.Other, "another key has the name %q", c.name).Hint("add this key alone, under another name")
		}
	}
	return im.adder.checkNameFree(c.name)
}

// isThere reports whether the keychain has this very key. If so, the candidate gets
// the name that the key has there.
func (im *importer) isThere(ctx context.Context, c *candidate) (bool, error) {
	if err := im.lookUnlisted(ctx, c); err != nil {
		return false, err
	}
	for _, name := range im.adder.record.Names() {
		is := im.adder.record.Keys[name].AccessKeyID
		if is != c.key.AccessKeyID && (is != "" || name != c.name) {
			continue
		}
		var have credential.Credentials
		err := im.adder.Asker.Retry(func() (err error) {
			have, err = im.adder.Store.Get(ctx, name)
			return err
		})
		if errors.Is(err, keystore.ErrNotFound) || errors.Is(err, keystore.ErrCorrupt) {
			continue // a key to be replaced
		}
		if err != nil {
			return false, failure.OfKeystore(err, name)
		}
		if have.AccessKeyID != c.key.AccessKeyID || have.SecretAccessKey != c.key.SecretAccessKey {
			continue
		}
		if im.from.Name != "" && im.from.Name != name {
			return false, failure.New(failure.Other, "the keychain already has key %s, as %q", credential.ShowID(have.AccessKeyID), name).Hint("use that name, or remove it first: awsbroker remove %s", say.ShellWord(name))
		}
		c.name, c.info = name, im.adder.record.Keys[name]
		return true, nil
	}
	return false, nil
}

// lookUnlisted fails if the keychain has another key under the candidate's name, and
// the record does not know of it. If that key is this very one, the candidate gets
// what the record once knew of it.
func (im *importer) lookUnlisted(ctx context.Context, c *candidate) error {
	if c.name == "" {
		return nil
	}
	found, err := im.adder.findUnlisted(ctx, c.name)
	if err != nil || found == nil {
		return err
	}
	if found.key != c.key {
		return failure.KeyUnlisted(c.name)
	}
	c.info = rejoin(found.info, c.info)
	return nil
}

func whose(arn string) string {
	if arn == "" {
		return ""
	}
	return " of " + arn
}

// listKeys returns the keys in words, one a line, for a question.
func listKeys(cs []*candidate) string {
	var lines []string
	for _, c := range cs {
		line := say.Sprintf("key %q (%s%s)", c.name, credential.ShowID(c.key.AccessKeyID), whose(c.info.ARN))
		if c.there {
			line += ", which is already in the keychain"
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

// hideSecrets returns text with [hidden] in place of the secrets of these keys.
func hideSecrets(text string, cs []*candidate) string {
	for _, c := range cs {
		text = strings.ReplaceAll(text, c.key.SecretAccessKey.Reveal(), "[hidden]")
	}
	return text
}
