// Package keystore keeps long-lived access keys, and the few other secrets
// that must outlive a reboot, in one keychain of the operating system.
//
// # Which keychain
//
// The keychain is chosen once, at the first key, and written down (the pin,
// see Record). From then on that one is used and no other: one that is not
// there is an error, never a reason to look into the next. Tools that take the
// first keychain that answers lose people's keys between a desktop and an SSH
// session (https://github.com/99designs/aws-vault/issues/890).
//
// # What it promises
//
// Nothing here waits for ever. What only machines do is given CallTimeout;
// where a person has to unlock a keychain, DialogTimeout; an earlier deadline
// of the context wins. A crash, a full disk or a kill at any step leaves the
// old secret or the new one. Errors tell what happened (errors.go) and hold no
// secret.
//
// A backend is one file: file.go, pass.go, keychain_darwin.go. The next is one
// file more, a line in openBackend and in preferred_*.go, and a row in the
// conformance suite.
package keystore

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"time"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/paths"
	"github.com/awsbroker/awsbroker/internal/secretservice"
)

// Defaults of Options.
const (
	DefaultCallTimeout   = 10 * time.Second
	DefaultDialogTimeout = 2 * time.Minute
)

// Options say which keychain to open and how to reach it.
type Options struct {
	RecordPath string // keystore.json: the pin and the index; its directory is made when needed
	FileDir    string // where the encrypted-file keystore keeps its files
	Kind       Kind   // what the person asked for; empty: the pinned one

	// Passphrase is called when the encrypted-file keystore needs one, at most
	// once a Store unless the answer was wrong. Nil: there is nobody to ask.
	Passphrase func(ctx context.Context, r PassphraseRequest) (credential.Secret, error)

	Memory Memory // of that passphrase; zero: there is none

	// Name is the key that is about to be added; empty: several, or none. While no
	// key decides on the keystore, Choose prefers one that has a key of that name.
	Name string

	// Replace says that keys may be overwritten that the record does not know of.
	// Where the one called Name is the only one in the record, Choose lets the new
	// one go into another keystore.
	Replace bool

	// PassedOver is called by Choose for each keystore that is better than the chosen
	// one and cannot be used, though it is there in part. Nil: nobody wants to know.
	PassedOver func(kind Kind, why error)

	// Environ is what helper programs (pass, gpg) get, with the session bus for
	// their dialogs and without secrets of ours. Nil: this process's own.
	Environ []string

	CallTimeout   time.Duration // for what needs no person; zero: DefaultCallTimeout
	DialogTimeout time.Duration // for an unlock dialog; zero: DefaultDialogTimeout
}

// Store is one open keychain. It is safe for concurrent use, and needs no
// closing.
type Store struct {
	kind       Kind
	recordPath string
	name       string // Options.Name
	replace    bool   // Options.Replace
	backend    backend
}

// backend is what a keychain has to do. The conformance suite is its contract.
// Names come from itemName; data is opaque. Every method returns in bounded
// time with the errors of errors.go.
type backend interface {
	// where says in which place on this machine it keeps things.
	where() string
	// reach reports whether the keychain is there, without asking anybody.
	reach(ctx context.Context) error
	// unlock does what a person is needed for, so that a set (or, with an intent
	// of removing, a remove) that follows asks nobody. It changes nothing. With an
	// intent of looking it asks nobody and opens nothing: it is ErrAsks where a get
	// would ask, and ErrLocked where a get would find nobody to ask, as far as that
	// can be seen.
	unlock(ctx context.Context, i intent) error
	// home says where in a keychain with several places items are put; nil: it has
	// one only.
	home(ctx context.Context) (*secretservice.Home, error)
	// has is nil for an item that is there, and ErrNotFound for one that is not. It
	// asks nobody; what it cannot see without that is another error.
	has(ctx context.Context, item string) error
	// items lists what is there, of other programs too where they share the
	// keychain. It asks nobody, and leaves out what it cannot see without that.
	items(ctx context.Context) ([]string, error)
	get(ctx context.Context, item string) ([]byte, error)
	// set replaces the item. It either happened whole or not at all.
	set(ctx context.Context, item string, data []byte) error
	// remove forgets the item for good; ErrNotFound when there is none.
	remove(ctx context.Context, item string) error
}

type intent int

const (
	writing intent = iota
	removing
	looking
)

// Open opens the pinned keystore, or the one o.Kind names. With neither it
// fails with ErrNoKeystore. One that is not the pinned one can be read only:
// writing to it fails with ErrPinned.
func Open(_ context.Context, o Options) (*Store, error) {
	kind := o.Kind
	if kind == "" {
		rec, err := ReadRecord(o.RecordPath)
		if err != nil {
			return nil, err
		}
		if kind = rec.Keystore; kind == "" {
			return nil, ErrNoKeystore
		}
	}
	return openKind(kind, o)
}

// Choose opens the keystore that a first key goes into: the pinned one, else
// o.Kind, else one that has keys of ours already, which the record has lost or
// never knew, else the best that is there: the first of preferred that is
// installed, set up and answers (the Secret Service: a daemon that has a default
// collection; pass: an initialised store), the encrypted file in the end. It
// fails with ErrPinned when o.Kind is not the keystore that holds keys already.
//
// The choice is written down by the first Set and not before, so that an
// abandoned first add over SSH does not decide for the desktop. For the same
// reason a pin without a key in the index does not bind.
func Choose(ctx context.Context, o Options) (*Store, Kind, error) {
	if err := paths.CheckOwn(filepath.Dir(o.RecordPath)); err != nil {
		return nil, "", err
	}
	rec, err := ReadRecord(o.RecordPath)
	if err != nil {
		return nil, "", err
	}
	if err := rec.allows(o.Kind, o.Replace, o.Name); err != nil {
		return nil, "", err
	}
	if o.Kind == "" && rec.bound() {
		o.Kind = rec.Keystore
	}
	if o.Kind != "" {
		s, err := openKind(o.Kind, o)
		return s, o.Kind, err
	}
	usable, err := openUsable(ctx, o)
	if err != nil {
		return nil, "", err
	}
	s := preferHolder(ctx, usable, o.Name)
	return s, s.kind, nil
}

// openUsable opens the keystores of this system that can be used, best first. There
// is one at least.
func openUsable(ctx context.Context, o Options) (usable []*Store, err error) {
	for _, kind := range preferred {
		s, err := openKind(kind, o)
		if errors.Is(err, ErrMissing) {
			continue
		} else if err != nil {
			return nil, err
		}
		err = s.backend.reach(ctx)
		switch {
		case ctx.Err() != nil:
			return nil, err
		case err == nil:
			usable = append(usable, s)
		case len(usable) == 0 && o.PassedOver != nil:
			o.PassedOver(kind, err)
		}
	}
	if len(usable) == 0 {
		return nil, fmt.Errorf("%w: you can use none of %q here", ErrMissing, preferred)
	}
	return usable, nil
}

// preferHolder returns the first of the stores that has the key called name, else
// the first that has any key, else the first.
func preferHolder(ctx context.Context, stores []*Store, name string) *Store {
	best := stores[0]
	for _, s := range slices.Backward(stores) {
		if names, err := s.Names(ctx); err == nil && len(names) > 0 {
			best = s
		}
	}
	for _, s := range stores {
		if name != "" && s.Has(ctx, name) == nil {
			return s
		}
	}
	return best
}

// Kind says which keychain s is.
func (s *Store) Kind() Kind { return s.kind }

// Where says in which place on this machine s keeps things.
func (s *Store) Where() string { return s.backend.where() }

// Place is a keychain of this system: whether it can be used, and if not, why.
type Place struct {
	Kind  Kind
	Where string
	Names []string // of the keys that are seen there without opening it
	Err   error
}

// Places looks at every keychain that this system can have, best first. It
// asks nobody and reads no secret.
func Places(ctx context.Context, o Options) []Place {
	var all []Place
	for _, kind := range preferred {
		p := Place{Kind: kind}
		s, err := openKind(kind, o)
		if err == nil {
			p.Where, err = s.Where(), s.backend.reach(ctx)
		}
		if err == nil {
			p.Names, err = s.Names(ctx)
		}
		p.Err = err
		all = append(all, p)
	}
	return all
}

// Reach reports whether the keychain is there, without asking anybody.
func (s *Store) Reach(ctx context.Context) error {
	if err := s.backend.reach(ctx); err != nil {
		return fmt.Errorf("%s: %w", s.kind.Words(), err)
	}
	return nil
}

func openKind(kind Kind, o Options) (*Store, error) {
	if o.RecordPath == "" {
		return nil, errors.New("there is no directory for the record of your keys: set HOME or XDG_STATE_HOME")
	}
	if o.CallTimeout == 0 {
		o.CallTimeout = DefaultCallTimeout
	}
	if o.DialogTimeout == 0 {
		o.DialogTimeout = DefaultDialogTimeout
	}
	b, err := openBackend(kind, o)
	if err != nil {
		return nil, err
	}
	return &Store{kind: kind, recordPath: o.RecordPath, name: o.Name, replace: o.Replace, backend: b}, nil
}
