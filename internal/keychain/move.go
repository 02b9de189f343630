package keychain

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/fault"
	"github.com/awsbroker/awsbroker/internal/gitpassword"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/rotate"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
)

// KeystoreView is which keystore holds the keys, and which others there are.
type KeystoreView struct {
	Kind   keystore.Kind // empty: none was chosen yet
	Where  string
	Keys   []string
	Lost   []string      // keys of the keychain that the record does not know of
	Old    keystore.Kind // where a move that was cut short left old copies; empty if none
	Places []keystore.Place

	PassphraseKept time.Time // until then the encrypted file asks for none; zero: it asks
}

// ViewKeystores looks at the keystores of this machine. It asks nobody.
func ViewKeystores(ctx context.Context, b *broker.Broker) (KeystoreView, error) {
	record, err := keystore.ReadRecord(b.Paths.KeystoreFile())
	if err != nil {
		return KeystoreView{}, failure.OfKeystore(err, "")
	}
	options := b.KeystoreOptions(b.NewAsker(nil))
	view := KeystoreView{Kind: record.Keystore, Keys: record.Names(), Places: keystore.Places(ctx, options), PassphraseKept: b.PassphraseKept()}
	if record.Leaving != nil {
		view.Old = record.Leaving.Keystore
	}
	view.Lost = record.Lost(view.Places)
	if view.Kind == "" {
		return view, nil
	}
	options.Kind = view.Kind
	store, err := keystore.Open(ctx, options)
	if err == nil {
		view.Where = store.Where()
	}
	if !slices.ContainsFunc(view.Places, func(p keystore.Place) bool { return p.Kind == view.Kind }) {
		view.Places = append(view.Places, keystore.Place{Kind: view.Kind, Where: view.Where, Err: err})
	}
	return view, nil
}

// MoveOptions say where keys go.
type MoveOptions struct {
	To      keystore.Kind
	Keep    bool // the old copies stay
	Replace bool // other keys of the same names in the new keystore
}

// MoveKeys moves every key into another keystore, after asking: copies
// them, reads them back, pins the new keystore, removes the old copies. What
// was cut short is finished by the next call.
func MoveKeys(ctx context.Context, b *broker.Broker, o MoveOptions) error {
	a := b.NewAsker(nil)
	defer a.Close()
	m := &mover{broker: b, keystores: b.KeystoreOptions(a), options: o}
	record, err := keystore.ReadRecord(b.Paths.KeystoreFile())
	if err == nil && record.Leaving != nil {
		b.Report.Step("an earlier move is not finished; old copies are still in " + record.Leaving.Keystore.Words())
		if err = m.finish(ctx); err == nil {
			record, err = keystore.ReadRecord(b.Paths.KeystoreFile())
		}
	}
	if err != nil {
		return moveFailure(err, o.To)
	}
	if len(record.Keys) == 0 {
		return failure.New(failure.NotFound, "there is no key to move").
			Hint("choose the keychain with the first key: awsbroker add NAME --keystore %s", o.To)
	}
	if record.Keystore == o.To {
		b.Report.Step("awsbroker stores keys in " + o.To.Words())
		return nil
	}
	if err := m.move(ctx, record); err != nil {
		return moveFailure(err, o.To)
	}
	return nil
}

// mover is one run of [MoveKeys].
type mover struct {
	broker    *broker.Broker
	options   MoveOptions
	keystores keystore.Options // of both keystores, but for their kind
}

func (m *mover) open(ctx context.Context, kind keystore.Kind) (*keystore.Store, error) {
	o := m.keystores
	o.Kind = kind
	s, err := keystore.Open(ctx, o)
	if err == nil {
		err = s.Reach(ctx)
	}
	return s, err
}

func (m *mover) move(ctx context.Context, record keystore.Record) error {
	from, err := m.open(ctx, record.Keystore)
	if err != nil {
		return err
	}
	to, err := m.open(ctx, m.options.To)
	if err != nil {
		return err
	}
	names := record.Names()
	text := say.Sprintf("This will move %s (%s) from %s (%s)\nto %s (%s).", say.Count(len(names), "key", "keys"), strings.Join(names, ", "),
		from.Kind().Words(), from.Where(), to.Kind().Words(), to.Where())
	if m.options.Keep {
		text += "\nThe old copies will stay where they are."
	}
	if err := m.broker.Confirm(ctx, text, "Move them?"); err != nil {
		return err
	}
	err = keystore.Move(ctx, from, to, keystore.MoveOptions{
		Items: slices.Concat(rotate.PendingItems(names), gitpassword.Items(names), []string{keystore.SealingItem}, record.SeedItems()), Replace: m.options.Replace, Keep: m.options.Keep, Told: m.tellSteps(from, to),
	})
	if err != nil {
		return err
	}
	if err := session.NextGeneration(m.broker.Paths); err != nil {
		return err
	}
	if m.broker.Keystore != "" && m.broker.Keystore != m.options.To {
		m.broker.Warn("--keystore or AWSBROKER_KEYSTORE still names %s; remove that", m.broker.Keystore.Words())
	}
	if m.options.Keep {
		return nil
	}
	return keystore.FinishMove(ctx, to, from, m.tellSteps(from, to))
}

// finish removes the old copies that the record says are left somewhere.
func (m *mover) finish(ctx context.Context) error {
	record, err := keystore.ReadRecord(m.broker.Paths.KeystoreFile())
	if err != nil || record.Leaving == nil {
		return err
	}
	if m.options.Keep {
		return keystore.KeepCopies(ctx, m.broker.Paths.KeystoreFile())
	}
	pinned, err := m.open(ctx, record.Keystore)
	if err != nil {
		return err
	}
	old, err := m.open(ctx, record.Leaving.Keystore)
	if err != nil {
		return err
	}
	return keystore.FinishMove(ctx, pinned, old, m.tellSteps(old, pinned))
}

func (m *mover) tellSteps(from, to *keystore.Store) func(keystore.MoveStep, string) {
	return func(step keystore.MoveStep, name string) {
		switch step {
		case keystore.Copied:
			m.broker.Report.Step(fmt.Sprintf("key %q was copied to %s, read back and compared", name, to.Kind().Words()))
		case keystore.Pinned:
			m.broker.Report.Step("awsbroker now stores keys in " + to.Kind().Words())
		case keystore.Removed:
			m.broker.Report.Step(fmt.Sprintf("key %q was removed from %s", name, from.Kind().Words()))
		}
	}
}

// removeReplaced removes what a replaced key left in another keystore. The new key is
// in use by then, so what goes wrong is no failure.
func removeReplaced(ctx context.Context, b *broker.Broker, a *broker.Asker) {
	m := &mover{broker: b, keystores: b.KeystoreOptions(a)}
	if err := m.finish(ctx); err != nil {
		record, _ := keystore.ReadRecord(b.Paths.KeystoreFile())
		b.Warn("an old copy could not be removed: %s; try again with: awsbroker keystore move %s", err.Error(), record.Keystore)
	}
}

// moveFailure says what a move ended with. Every key is where it was.
func moveFailure(err error, to keystore.Kind) error {
	switch {
	case failure.Is(err):
		return err
	case errors.Is(err, keystore.ErrNewer):
		return failure.New(failure.Other, "%w", err)
	}
	again := "to resume, run again: awsbroker keystore move " + string(to)
	switch {
	case errors.Is(err, keystore.ErrNotFound), errors.Is(err, keystore.ErrCorrupt):
		return failure.New(failure.Keychain, "%w", err).
			Hint("remove a lost key with: awsbroker remove NAME").
			Hint("or store it again with: awsbroker add NAME --replace").
			Hint("%s", again)
	case errors.Is(err, keystore.ErrOccupied):
		return failure.New(failure.Other, "%w", err).Hint("nothing was moved; to overwrite it: awsbroker keystore move %s --replace", to)
	}
	f := failure.OfKeystore(err, "")
	var advised *fault.Advised
	if f.Hints = nil; errors.As(err, &advised) {
		f.Hint("%s", advised.Hint)
	}
	return f.Hint("%s", again)
}
