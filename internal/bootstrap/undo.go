package bootstrap

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/notes"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/wait"
)

// UndoOptions say what undone, and who does it.
type UndoOptions struct {
	Key         string // of the keychain; empty: the one that did it, if it is still there
	FromEnv     bool   // as in [Options]
	FromProfile string // as in [Options]
	Show        Progress
}

// Undone is what came of it.
type Undone struct {
	Account  string
	Removed  []string // in words
	Lost     []string // what does not come back, in words
	Kept     []string // a person said no, or AWS did
	Commands []string // what would do it, where nothing here can
}

// Undo takes back what bootstrap made, the last thing first, asking
// for each. What was there before is not touched.
func Undo(ctx context.Context, b *broker.Broker, o UndoOptions) (Undone, error) {
	s := &bootstrap{o: Options{Key: o.Key, FromEnv: o.FromEnv, FromProfile: o.FromProfile, Show: o.Show}, waits: bootstrapPatience}
	return s.undo(ctx, b)
}

func (s *bootstrap) undo(ctx context.Context, b *broker.Broker) (out Undone, err error) {
	j, works, err := s.openToUndo(ctx, b)
	if err != nil {
		return out, err
	}
	defer s.actor.Close()
	out.Account = j.Account
	if !works {
		s.out.Partition, s.out.Account = j.Partition, j.Account
	}
	if !works && slices.ContainsFunc(j.Things, notes.Thing.IsInAWS) {
		for _, t := range slices.Backward(j.Things) {
			out.Commands = append(out.Commands, s.commandsFor(t)...)
		}
		return out, nil
	}
	if j.Account != s.out.Account {
		return out, failure.New(failure.Usage, "the key %q belongs to account %s, but the things to undo are in %s", s.name, s.out.Account, j.Account)
	}
	unlock, err := s.lock()
	if err != nil {
		return out, err
	}
	defer unlock()
	if s.out.Address != "" {
		s.run.Report.Step("address  " + s.out.Address)
	}
	if works {
		if err := s.refuseLastWay(ctx); err != nil {
			return out, err
		}
	}
	return s.undoAll(ctx, out)
}

// journalToUndo is the only one there is, or that of the key's account.
func (s *bootstrap) journalToUndo(b *broker.Broker) (*notes.Bootstrap, error) {
	var all []*notes.Bootstrap
	for _, account := range notes.BootstrapAccounts(b.Paths.State) {
		j, err := readJournal(b, account)
		if err != nil {
			return nil, err
		}
		all = append(all, j)
	}
	if s.o.Key != "" {
		record, err := keystore.ReadRecord(b.Paths.KeystoreFile())
		if err != nil {
			return nil, failure.OfRecord(err)
		}
		account, _ := awsapi.SplitARN(record.Keys[s.o.Key].ARN)
		if i := slices.IndexFunc(all, func(j *notes.Bootstrap) bool { return j.Account == account }); i >= 0 {
			return all[i], nil
		}
	}
	switch len(all) {
	case 0:
		return nil, failure.New(failure.NotFound, "there is no record of anything that bootstrap created")
	case 1:
		return all[0], nil
	}
	var accounts []string
	for _, j := range all {
		accounts = append(accounts, j.Account)
	}
	return nil, failure.New(failure.Usage, "in which account? there are %s", strings.Join(accounts, ", ")).Hint("choose the account with one of its keys: awsbroker bootstrap --undo --key NAME")
}

// openToUndo returns what there is to undo, and whether there is a session in hand or a
// key that still works.
func (s *bootstrap) openToUndo(ctx context.Context, b *broker.Broker) (j *notes.Bootstrap, works bool, err error) {
	if err := b.CheckHome(); err != nil {
		return nil, false, err
	}
	if s.record, err = keystore.ReadRecord(b.Paths.KeystoreFile()); err != nil {
		return nil, false, failure.OfRecord(err)
	}
	s.startActor(ctx, b)
	if s.o.takesSession() {
		j, err := s.openSessionToUndo(ctx)
		return j, true, err
	}
	if j, err = s.journalToUndo(b); err != nil {
		return nil, false, err
	}
	if s.o.Key == "" {
		s.o.Key = j.Key
	}
	works, err = s.openKeyToUndo(ctx, j)
	return j, works, err
}

// openSessionToUndo is [bootstrap.openToUndo] with a session in hand.
func (s *bootstrap) openSessionToUndo(ctx context.Context) (*notes.Bootstrap, error) {
	err := s.sessionInHand(ctx)
	if err == nil {
		err = s.authenticate()
	}
	if err != nil {
		s.actor.Close()
		return nil, err
	}
	if !slices.Contains(notes.BootstrapAccounts(s.run.Paths.State), s.out.Account) {
		return nil, failure.New(failure.NotFound, "there is no record of anything that bootstrap created in account %s", s.out.Account)
	}
	return readJournal(s.run, s.out.Account)
}

// openKeyToUndo reports whether there is a key that still works.
func (s *bootstrap) openKeyToUndo(ctx context.Context, j *notes.Bootstrap) (works bool, err error) {
	if _, ok := s.record.Keys[s.o.Key]; !ok && s.o.Key != j.Key {
		return false, failure.OfKeystore(keystore.ErrNotFound, s.o.Key)
	} else if !ok || s.o.Key == "" {
		return false, nil
	}
	s.name = s.o.Key
	err = s.storedKey(ctx, j.Region)
	if awsapi.Is(err, awsapi.UnknownKey) && s.o.Key == j.Key {
		return false, nil
	}
	if err == nil {
		err = s.authenticate()
	}
	if err != nil {
		s.actor.Close()
	}
	return err == nil, err
}

// undoAll goes through the journal backwards.
func (s *bootstrap) undoAll(ctx context.Context, out Undone) (Undone, error) {
	restoring := s.restores
	for _, t := range slices.Backward(slices.Clone(s.journal.Things)) {
		gives := t.Kind == notes.Detached || t.Kind == notes.Inline || t.Kind == notes.MemberOut
		if restoring && !gives {
			// What was given back is what signs from here on: the role goes.
			restoring = false
			if err := s.actAsItself(ctx); err != nil {
				return out, err
			}
		}
		err := s.actor.Confirm(ctx, "  - "+say.Clean(t.Words()), "Undo that?")
		if errors.Is(err, broker.ErrDeclined) {
			out.Kept = append(out.Kept, say.Clean(t.Words()))
			if restoring {
				return out, failure.New(failure.NeedPerson, "if that is kept, nothing else can be undone, because %s would be locked out", s.who.UserName())
			}
			continue
		}
		if err != nil {
			return out, err
		}
		s.o.Show.Begin(say.Clean(t.Words()))
		err = s.step("undo "+t.Words(), func() error { return s.undoRecent(ctx, t) })
		if awsapi.Is(err, awsapi.InUse) {
			s.o.Show.End("kept, because something else needs it")
			out.Kept = append(out.Kept, say.Clean(t.Words()))
			continue
		}
		if err != nil && !awsapi.Is(err, awsapi.NotThere) {
			return out, s.failureAt(&step{what: t.Words()}, err)
		}
		s.journal.Drop(t)
		if err := writeJournal(s.run, s.journal); err != nil {
			return out, failure.New(failure.Other, "%w", err)
		}
		s.o.Show.End("undone")
		for _, v := range t.Lost {
			out.Lost = append(out.Lost, "version "+v+" of "+t.On)
		}
		out.Removed = append(out.Removed, say.Clean(t.Words()))
	}
	if len(s.journal.Things) == 0 {
		if err := notes.Remove(notes.BootstrapFile(s.run.Paths.State, s.journal.Account)); err != nil {
			return out, failure.New(failure.Other, "%w", err)
		}
	}
	return out, nil
}

// actAsItself makes the key that signs do so by itself, once AWS lets it.
func (s *bootstrap) actAsItself(ctx context.Context) error {
	var err error
	t := *s.actor.Target
	p := *t.Profile
	p.RoleARN, p.MFASerial = "", ""
	t.Profile = &p
	if s.direct, err = t.IAM(s.actor.AccessKey); err != nil {
		return err
	}
	s.access = nil
	_, err = wait.For(ctx, s.up(s.waits.settle, ""), func(ctx context.Context) (done bool, err error) {
		_, err = s.direct.Users(ctx)
		return !awsapi.Is(err, awsapi.Denied) && !mayPass(err), err
	})
	return failure.OfIAM(err, failure.IAMCall{})
}
