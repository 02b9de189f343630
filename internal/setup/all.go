package setup

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keychain"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/say"
)

// AllOptions say how all profiles are set up.
type AllOptions struct {
	Region     string // of profiles without one
	MFASession string // as in [Options]
	Program    string // as in [Options]
	Offline    bool   // ask AWS nothing
	DryRun     bool   // show what would change, and change nothing
}

// All is what came of [RunAll].
type All struct {
	Profiles []string // that are set up now
	Keys     []string // that went into the keychain
	Left     []Left
	NoRegion []string // of Profiles, those that still have none
	Shown    string   // what changes, for a person
}

// Left is a profile that cannot be set up as it is.
type Left struct{ Profile, Why string }

// RunAll writes all profiles that keys of the keychain would serve, and moves the keys
// that the files have in clear into the keychain. What changes is shown before, as one
// difference, with one question; until then nothing is stored or written. Profiles that
// cannot be set up stay as they are.
func RunAll(ctx context.Context, b *broker.Broker, o AllOptions) (All, error) {
	cfg, err := b.ReadConfig()
	if err != nil {
		return All{}, err
	}
	clear, err := keychain.FindInClear(ctx, b, cfg, keychain.AddOptions{Offline: o.Offline})
	if err != nil {
		return All{}, err
	}
	defer clear.Close()
	a := &all{run: b, AllOptions: o, clear: clear, devices: map[string]device{}, bases: map[string]bool{}, stay: map[string]string{}, regions: map[[3]string]string{}}
	for again := true; again; again = a.leaveKeys() || a.leaveIncluded(cfg) {
		if err := a.start(); err != nil {
			return All{}, err
		}
		if err := a.planAll(ctx); err != nil {
			return All{}, err
		}
	}
	a.out.Shown = a.show()
	if len(a.out.Profiles)+len(clear.Names()) == 0 {
		return a.out, nil
	}
	if err := a.edit.CheckWritable(); err != nil {
		return All{}, failure.New(failure.Other, "the profiles cannot be written: %w", err)
	}
	if o.DryRun {
		return a.out, nil
	}
	if err := b.Confirm(ctx, a.out.Shown, a.question()); err != nil {
		return All{}, err
	}
	return a.out, a.write(ctx)
}

// all is one run of [RunAll].
type all struct {
	run *broker.Broker
	AllOptions
	clear   *keychain.InClear
	edit    config.Edit
	record  keystore.Record // with the keys that are in clear now
	devices map[string]device
	bases   map[string]bool      // profiles that others include
	stay    map[string]string    // profiles that may not change, and why
	regions map[[3]string]string // as in filling
	out     All
}

// start reads the files, and takes the keys in clear for keys of the keychain.
func (a *all) start() error {
	f, err := newFilling(a.run, Options{})
	if err != nil {
		return err
	}
	a.record = f.record
	a.record.Keys = map[string]keystore.KeyInfo{}
	for name, info := range f.record.Keys {
		a.record.Keys[name] = info
	}
	for _, name := range a.clear.Names() {
		_, a.record.Keys[name] = a.clear.Key(name)
	}
	if a.edit, err = f.edit.RemoveClearKeys(a.clear.Lines()); err != nil {
		return failure.OfConfig(err)
	}
	a.out = All{Keys: a.clear.Names()}
	return nil
}

// leaveKeys takes back from the move the keys of profiles that stay as they are: without
// its key, a profile that works would work no more. It reports whether there are any, and
// so all has to be planned anew.
func (a *all) leaveKeys() (any bool) {
	for _, l := range a.out.Left {
		if name, ok := a.clear.Of(l.Profile); ok {
			a.clear.Leave(name, errors.New(l.Why))
			any = true
		}
	}
	return any
}

// write stores the keys and then writes the files, in which the keys were until now.
func (a *all) write(ctx context.Context) error {
	if err := a.clear.Store(ctx); err != nil {
		return err
	}
	if err := a.edit.Write(); err != nil {
		f := failure.New(failure.Other, "%w", err)
		if len(a.out.Keys) > 0 {
			f = failure.New(failure.Other, "the keys are in the keychain and STILL IN PLAINTEXT in the files: %w", err)
		}
		return f.Hint("run it again: awsbroker setup --all")
	}
	return a.clear.RemoveLeftovers()
}

func (a *all) question() string {
	switch len(a.out.Keys) {
	case 0:
		return "Write this?"
	case 1:
		return "Move the key and write this?"
	}
	return "Move the keys and write this?"
}

// show returns what changes, for a person: keys, files, and which profiles stay.
func (a *all) show() string {
	var parts []string
	if len(a.out.Keys) > 0 {
		parts = append(parts, a.clear.String())
	}
	if diff := a.edit.Diff(); diff != "" {
		parts = append(parts, strings.TrimRight(a.clear.Hide(diff), "\n"))
	}
	if len(a.out.Left) > 0 {
		parts = append(parts, "these profiles stay as they are:\n"+strings.Join(a.showLeft(), "\n"))
	}
	return strings.Join(parts, "\n")
}

// mostNames is how many profiles are named that stay as they are for one reason.
const mostNames = 3

// showLeft returns a line for each reason for which profiles stay as they are.
func (a *all) showLeft() (lines []string) {
	var reasons []string
	of := map[string][]string{}
	for _, l := range a.out.Left {
		if of[l.Why] == nil {
			reasons = append(reasons, l.Why)
		}
		of[l.Why] = append(of[l.Why], say.Clean(l.Profile))
	}
	width := 0
	for why, names := range of {
		if more := len(names) - mostNames; more > 1 {
			names = append(names[:mostNames:mostNames], "and "+say.Count(more, "other", "others"))
		}
		of[why] = []string{strings.Join(names, ", ")}
		width = max(width, say.Columns(of[why][0]))
	}
	for _, why := range reasons {
		names := of[why][0]
		lines = append(lines, "  "+names+strings.Repeat(" ", width-say.Columns(names))+"  "+say.Clean(why))
	}
	return lines
}

// keyNames are the keys that serve profiles.
func (a *all) keyNames() (names []string) {
	for _, name := range a.record.Names() {
		if !a.record.Keys[name].Root() {
			names = append(names, name)
		}
	}
	return slices.Clip(names)
}
