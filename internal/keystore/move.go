package keystore

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"maps"
	"slices"
)

// MoveStep is something that a move has done.
type MoveStep int

// The steps of a move, in their order.
const (
	Copied  MoveStep = iota // a key is in the new keystore, read back and compared
	Pinned                  // the new keystore is the one that is used
	Removed                 // a key's old copy is gone
)

// MoveOptions say what moves beside the keys, and how.
type MoveOptions struct {
	Items   []string // of SetItem; one that is not there is left out
	Replace bool     // overwrite another key of the same name in the new keystore
	Keep    bool     // the old copies stay

	// Told is called after each step; name is empty for Pinned.
	Told func(step MoveStep, name string)
}

// Move copies every key from the pinned keystore into another, and pins that.
// The old copies are left to FinishMove.
//
// Until the pin is written, the old keystore has everything; from then on the
// new one has. A move that fails before removes the copies that it made; one
// that was killed is done again by calling Move again.
func Move(ctx context.Context, from, to *Store, o MoveOptions) error {
	for _, s := range []*Store{from, to} {
		if err := s.backend.unlock(ctx, writing); err != nil {
			return fmt.Errorf("opening %s: %w", s.kind.Words(), err)
		}
	}
	return withRecordLock(ctx, from.recordPath, func() error {
		rec, err := ReadRecord(from.recordPath)
		if err != nil {
			return err
		}
		if rec.Keystore != from.kind || rec.Leaving != nil {
			return fmt.Errorf("%w: another awsbroker has just moved them", ErrPinned)
		}
		m := &move{from: from, to: to, o: o}
		if err := m.read(ctx, rec); err != nil {
			return err
		}
		if err := m.copy(ctx); err != nil {
			return m.undo(ctx, err)
		}
		if err := m.pin(ctx); err != nil {
			// The record may have been written all the same.
			if now, e := ReadRecord(from.recordPath); e != nil || now.Keystore != from.kind {
				return err
			}
			return m.undo(ctx, err)
		}
		o.Told(Pinned, "")
		return nil
	})
}

// move is the state of Move.
type move struct {
	from, to *Store
	o        MoveOptions
	loads    []load
	made     []string // items that the new keystore did not have before
}

// load is one item on its way.
type load struct {
	name, space string
	value       []byte
	there       bool // the new keystore has it already
}

func (l load) item() string { return itemName(l.space, l.name) }

// read takes everything out of the old keystore, and looks what the new one
// has under the same names, before anything is written.
func (m *move) read(ctx context.Context, rec Record) error {
	for _, name := range slices.Sorted(maps.Keys(rec.Keys)) {
		m.loads = append(m.loads, load{name: name, space: keySpace})
	}
	for _, name := range m.o.Items {
		m.loads = append(m.loads, load{name: name, space: itemSpace})
	}
	var present []load
	for _, l := range m.loads {
		var err error
		if l.value, err = m.from.backend.get(ctx, l.item()); err != nil {
			if l.space == itemSpace && errors.Is(err, ErrNotFound) {
				continue
			}
			return m.from.failed(err, "reading", l.name)
		}
		if err := m.look(ctx, &l); err != nil {
			return m.to.failed(err, "looking for", l.name)
		}
		present = append(present, l)
	}
	m.loads = present
	return nil
}

// look compares with what the new keystore has under that name. A key of which
// it may have the only copy is not overwritten unasked.
func (m *move) look(ctx context.Context, l *load) error {
	there, err := m.to.backend.get(ctx, l.item())
	switch {
	case errors.Is(err, ErrNotFound):
		return nil
	case err == nil && subtle.ConstantTimeCompare(there, l.value) == 1:
		l.there = true
		return nil
	case err != nil && !errors.Is(err, ErrCorrupt):
		return err
	case l.space == keySpace && !m.o.Replace:
		return ErrOccupied
	}
	return nil
}

func (m *move) copy(ctx context.Context) error {
	for _, l := range m.loads {
		if !l.there {
			if _, err := m.to.backend.get(ctx, l.item()); errors.Is(err, ErrNotFound) {
				m.made = append(m.made, l.item())
			}
			if err := m.to.put(ctx, l.item(), l.value); err != nil {
				return m.to.failed(err, "storing", l.name)
			}
		}
		if l.space == keySpace {
			m.o.Told(Copied, l.name)
		}
	}
	return nil
}

func (m *move) pin(ctx context.Context) error {
	home, err := m.to.backend.home(ctx)
	if err != nil {
		return m.to.failed(err, "looking into", string(m.to.kind))
	}
	var left *Leaving
	if !m.o.Keep {
		left = &Leaving{Keystore: m.from.kind}
		for _, l := range m.loads {
			if l.space == keySpace {
				left.Keys = append(left.Keys, l.name)
			} else {
				left.Items = append(left.Items, l.name)
			}
		}
	}
	return amend(m.from.recordPath, func(r *Record) { r.Keystore, r.Leaving, r.Home = m.to.kind, left, home })
}

// undo removes the copies that were made, and says so if it cannot.
func (m *move) undo(ctx context.Context, why error) error {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), DefaultCallTimeout)
	defer cancel()
	for _, item := range m.made {
		if err := m.to.backend.remove(ctx, item); err != nil && !errors.Is(err, ErrNotFound) {
			return fmt.Errorf("%w (a copy was left in %s: %w)", why, m.to.kind.Words(), err)
		}
	}
	return why
}

// FinishMove removes the old copies that a move left in the keystore old, each
// after a look that the pinned keystore has the key. It does nothing where none
// are left, and may be called again after a failure.
func FinishMove(ctx context.Context, pinned, old *Store, told func(step MoveStep, name string)) error {
	// Looking asks for a passphrase, too, and that is not for under the lock.
	if err := pinned.backend.unlock(ctx, writing); err != nil {
		return fmt.Errorf("opening %s: %w", pinned.kind.Words(), err)
	}
	if err := old.backend.unlock(ctx, removing); err != nil {
		return fmt.Errorf("opening %s: %w", old.kind.Words(), err)
	}
	return withRecordLock(ctx, pinned.recordPath, func() error {
		rec, err := ReadRecord(pinned.recordPath)
		if err != nil || rec.Leaving == nil {
			return err
		}
		if rec.Keystore != pinned.kind || rec.Leaving.Keystore != old.kind || pinned.kind == old.kind {
			return fmt.Errorf("%w: another awsbroker has just moved them", ErrPinned)
		}
		for _, name := range rec.Leaving.Keys {
			item := itemName(keySpace, name)
			if _, listed := rec.Keys[name]; listed {
				if _, err := pinned.backend.get(ctx, item); err != nil {
					return pinned.failed(err, "reading", name)
				}
			}
			if err := old.backend.remove(ctx, item); err != nil && !errors.Is(err, ErrNotFound) {
				return old.failed(err, "removing", name)
			}
			told(Removed, name)
		}
		for _, name := range rec.Leaving.Items {
			if err := old.backend.remove(ctx, itemName(itemSpace, name)); err != nil && !errors.Is(err, ErrNotFound) {
				return old.failed(err, "removing", name)
			}
		}
		return amend(pinned.recordPath, func(r *Record) { r.Leaving = nil })
	})
}

// KeepCopies forgets about old copies that a move left: they stay.
func KeepCopies(ctx context.Context, recordPath string) error {
	return withRecordLock(ctx, recordPath, func() error {
		return amend(recordPath, func(r *Record) { r.Leaving = nil })
	})
}
