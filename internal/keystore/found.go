package keystore

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/credential"
)

// The keychain can be looked at without the record, which may be lost, damaged, or
// of another machine.

// Has is nil if the keychain has a key called name, and ErrNotFound if it has none.
// Nobody is asked and nothing is opened; what cannot be seen like that is another
// error, such as ErrAsks.
func (s *Store) Has(ctx context.Context, name string) error {
	return s.backend.has(ctx, itemName(keySpace, name))
}

// Names lists the keys that the keychain has, in order. Nobody is asked and nothing
// is opened, so that a locked keychain may seem to have none.
func (s *Store) Names(ctx context.Context) ([]string, error) {
	return s.names(ctx, keySpace)
}

// Look reports whether Get could read the key called name from here, as far as that
// can be seen without asking anybody and without opening anything of the key's own:
// ErrNotFound for a key that is not there, ErrAsks where a person would be asked, a
// Get's other errors where it would fail. Options.Passphrase, which asks nobody
// for a look, is called with the passphrase request of a Get.
func (s *Store) Look(ctx context.Context, name string) error {
	if err := s.Has(ctx, name); err != nil {
		return s.failed(err, "looking for", name)
	}
	if err := s.backend.unlock(ctx, looking); err != nil {
		return s.failed(err, "looking for", name)
	}
	return nil
}

func (s *Store) names(ctx context.Context, space string) (names []string, err error) {
	items, err := s.backend.items(ctx)
	for _, item := range items {
		if name, ok := nameOf(space, item); ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return slices.Compact(names), err
}

// Lost returns the keys that are seen in the keychain though they are not in the
// record, which was lost or is another machine's: those of the keystore that has the
// keys, or of all where no key decides on one.
func (r Record) Lost(places []Place) (names []string) {
	for _, p := range places {
		if r.bound() && p.Kind != r.Keystore {
			continue
		}
		for _, name := range p.Names {
			if _, listed := r.Keys[name]; !listed && !slices.Contains(names, name) {
				names = append(names, name)
			}
		}
	}
	return names
}

// spare keeps a key from being overwritten that the record does not know of: unless
// c is that key, or the person wants it replaced, it is ErrOccupied. If it is that
// key, the record may have lost more: spare returns the devices whose seeds are
// there, too.
func (s *Store) spare(ctx context.Context, rec Record, name string, c credential.Credentials) (seeds []string, err error) {
	_, listed := rec.Keys[name]
	old := rec.Leaving != nil && rec.Leaving.Keystore == s.kind && slices.Contains(rec.Leaving.Keys, name)
	if listed || old || s.replace || errors.Is(s.Has(ctx, name), ErrNotFound) {
		return nil, nil
	}
	there, err := s.Get(ctx, name)
	switch {
	case errors.Is(err, ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	case there != c:
		return nil, s.failed(ErrOccupied, "storing", name)
	}
	items, err := s.names(ctx, itemSpace)
	for _, item := range items {
		if device, ok := strings.CutPrefix(item, seedPrefix); ok && seedItem(device) == item && !slices.Contains(rec.Seeds, device) {
			seeds = append(seeds, device)
		}
	}
	return seeds, err
}
