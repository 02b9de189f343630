package keychain

import (
	"context"
	"errors"
	"slices"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/say"
)

// Source is where Import finds keys.
type Source int

// The sources.
const (
	FromCSV      Source = iota + 1 // a file of the AWS console
	FromProfiles                   // profiles with a key in clear
	FromAWSVault                   // the keychain of aws-vault
)

// ImportOptions say where keys come from and what becomes of them there. Name
// is the name of the one key; empty, keys are called as they are in the source.
type ImportOptions struct {
	AddOptions
	Source Source
	Of     string // the file, the profile, aws-vault's name for it; empty: all
	Move   bool   // out of aws-vault
	Yes    bool   // the person answered every question beforehand: what was not asked for is not offered
}

// Imported is what came of an Import.
type Imported struct {
	Keys  []string // names of the keys that are in the keychain now
	Root  []string // ids of those that are a root user's
	Clear bool     // they were on the disk in clear
	Uses           // of these keys
}

// source is one place with keys. What it holds is changed by takeOut only.
type source interface {
	// find lists the keys, and tells of those that are none for us.
	find(ctx context.Context) ([]*candidate, error)
	// ask shows what will happen, if the source has to be changed for it. A no is
	// an error.
	ask(ctx context.Context, ready []*candidate) error
	// takeOut takes keys, which are in the keychain now, out of the source. whole:
	// no other key is left there.
	takeOut(ctx context.Context, stored []*candidate, whole bool) error
}

// importer is one run of Import.
type importer struct {
	run    *broker.Broker
	adder  *Adder
	from   ImportOptions
	source source
}

// ImportKeys puts the keys of a source into the keychain. Every key is checked
// before anything is stored, and taken out of the source, where that is asked
// for, once it is. What was cut short is finished by the next call.
func ImportKeys(ctx context.Context, b *broker.Broker, o ImportOptions) (Imported, error) {
	if err := checkImport(o); err != nil {
		return Imported{}, err
	}
	ad, err := NewAdder(b, o.AddOptions)
	if err != nil {
		return Imported{}, err
	}
	defer ad.Asker.Close()
	im := &importer{run: b, adder: ad, from: o}
	switch o.Source {
	case FromCSV:
		im.source = &csvSource{run: b, from: o}
	case FromProfiles:
		im.source = &profileSource{run: b, adder: ad, from: o, stays: b.Report.Step}
	case FromAWSVault:
		im.source = &vaultSource{run: b, adder: ad, from: o}
	}
	return im.importAll(ctx)
}

func checkImport(o ImportOptions) error {
	if o.Name != "" {
		if err := keystore.CheckName(o.Name); err != nil {
			return failure.OfKeystore(err, o.Name)
		}
		if o.Of == "" {
			return failure.New(failure.Usage, "several keys cannot have one name").Hint("leave out the name: keys keep the names that they have there")
		}
	}
	return checkRootLife(o.AddOptions)
}

func (im *importer) importAll(ctx context.Context) (Imported, error) {
	found, err := im.source.find(ctx)
	if err != nil {
		return Imported{}, err
	}
	if im.from.Name != "" && len(found) > 1 {
		return Imported{}, failure.New(failure.Usage, "there are %d keys, but only one name", len(found)).Hint("leave out the name: keys keep the names that they have there")
	}
	ready, err := im.examineAll(ctx, found)
	if err != nil {
		return Imported{}, err
	}
	for _, c := range found {
		if c.fault != nil && len(found) > 1 {
			im.run.Warn("skipped %s: %s", c.where, c.fault)
		}
	}
	if len(ready) == 0 {
		return Imported{}, im.outcome(found)
	}
	if err := im.source.ask(ctx, ready); err != nil {
		return Imported{}, err
	}
	return im.storeAll(ctx, found, ready)
}

// examineAll opens the keychain and returns those of the keys that may go there. The
// others get a fault.
func (im *importer) examineAll(ctx context.Context, found []*candidate) (ready []*candidate, err error) {
	if im.adder.Store == nil {
		if err := im.adder.Open(ctx); err != nil {
			return nil, err
		}
	}
	for _, c := range found {
		if c.fault == nil {
			c.fault = im.examine(ctx, c, ready)
		}
		if failure.Is(c.fault, failure.Unreachable, failure.NeedPerson) {
			return nil, c.fault // the next one would fare no better
		}
		if c.fault == nil {
			ready = append(ready, c)
		}
	}
	return ready, nil
}

// storeAll stores the keys that are ready and takes them out of the source. It stops
// at a key that cannot be stored; the keys before that one are taken out all the same.
func (im *importer) storeAll(ctx context.Context, found, ready []*candidate) (Imported, error) {
	var stored []*candidate
	var result Imported
	for _, c := range ready {
		if c.fault = im.storeOne(ctx, c); c.fault != nil {
			break
		}
		stored = append(stored, c)
		result.Keys = append(result.Keys, c.name)
		if c.info.Root() {
			result.Root = append(result.Root, c.key.AccessKeyID)
		}
	}
	if len(stored) == 0 {
		return Imported{}, im.outcome(found)
	}
	if err := im.adder.finish(ctx); err != nil {
		return result, err
	}
	if err := im.source.takeOut(ctx, stored, len(stored) == len(found)); err != nil {
		return result, err
	}
	result.Clear = im.from.Source != FromAWSVault
	result.Uses = im.usesOf(stored)
	return result, im.outcome(found)
}

// outcome returns the failure of the only key, or one that says how many of several
// keys failed; nil if none did.
func (im *importer) outcome(found []*candidate) error {
	var first *failure.Error
	bad := 0
	for _, c := range found {
		if c.fault == nil {
			continue
		}
		if bad++; first == nil {
			errors.As(c.fault, &first)
		}
	}
	if bad == 0 || len(found) == 1 && first != nil {
		if first == nil {
			return nil
		}
		return first
	}
	f := failure.New(failure.Other, "%s not added", say.Count(bad, "key was", "keys were"))
	if first != nil {
		f.Reason = first.Reason
	}
	for _, c := range found {
		var one *failure.Error
		if errors.As(c.fault, &one) {
			for _, hint := range one.Hints {
				if !slices.Contains(f.Hints, hint) {
					f.Hints = append(f.Hints, hint)
				}
			}
		}
	}
	return f
}

// storeOne stores a key, unless that was done by an earlier run.
func (im *importer) storeOne(ctx context.Context, c *candidate) error {
	said := say.Sprintf("key %q (%s%s) was stored in %s", c.name, credential.ShowID(c.key.AccessKeyID), whose(c.info.ARN), im.adder.kind.Words())
	if c.there {
		im.run.Report.Step(said + " already")
		return nil
	}
	if err := im.adder.Put(ctx, c.name, c.key, c.info); err != nil {
		return err
	}
	im.run.Report.Step(said)
	return nil
}
