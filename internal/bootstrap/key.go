package bootstrap

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/notes"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/wait"
)

// keyStep is the user's access key: made in AWS and put into the keychain,
// where its secret is nowhere else. A key of the user that the keychain has is
// taken as it is; one that was typed to do all this goes into it.
func (s *bootstrap) keyStep() *step {
	user := iam.UserNamed(s.o.User).String()
	st := &step{
		what: "access key of " + s.o.User, how: "stored in the keychain, never shown",
		thing: notes.Thing{Kind: notes.AccessKey, Name: s.o.KeyName, On: user},
		look:  s.lookForKey, make: s.makeKey,
	}
	if s.ownsTyped() {
		st.how = "the one you typed, stored in the keychain"
		st.thing.Kind = notes.Stored
		st.make = func(ctx context.Context, t *notes.Thing) error {
			t.ID = s.actor.AccessKey.AccessKeyID
			return s.storeKey(ctx, s.actor.AccessKey)
		}
	}
	return st
}

// ownsTyped reports whether the key that was typed is the user's own.
func (s *bootstrap) ownsTyped() bool {
	return s.name == "" && !s.isSession() && s.who.UserName() == s.o.User
}

// lookForKey finds a key of the keychain that is the user's, in use in AWS.
func (s *bootstrap) lookForKey(ctx context.Context) (state, error) {
	keys, err := get(ctx, s, func(ctx context.Context, c *iam.Client) ([]iam.Key, error) { return c.Keys(ctx, s.o.User) })
	if awsapi.Is(err, awsapi.NotThere) {
		keys, err = nil, nil
	}
	if err != nil {
		return state{}, err
	}
	record, err := keystore.ReadRecord(s.run.Paths.KeystoreFile())
	if err != nil {
		return state{}, failure.OfRecord(err)
	}
	s.record = record
	for _, name := range slices.Concat([]string{s.name, s.o.KeyName}, record.Names()) {
		info, listed := record.Keys[name]
		account, _ := awsapi.SplitARN(info.ARN)
		if !listed || account != s.out.Account || awsapi.NameOf(info.ARN) != s.o.User || info.Root() {
			continue
		}
		if slices.ContainsFunc(keys, func(k iam.Key) bool { return k.ID == info.AccessKeyID && k.Active }) || s.justMade(info.AccessKeyID) {
			s.out.KeyName, s.out.KeyID = name, info.AccessKeyID
			return state{is: there, id: info.AccessKeyID}, nil
		}
	}
	s.out.KeyName, s.out.KeyID = s.o.KeyName, ""
	return state{}, s.roomForKey(keys)
}

// warnOfOtherKeys names the other active keys of a user that is there: they may
// all that the new one may.
func (s *bootstrap) warnOfOtherKeys(ctx context.Context) error {
	keys, err := get(ctx, s, func(ctx context.Context, c *iam.Client) ([]iam.Key, error) { return c.Keys(ctx, s.o.User) })
	if awsapi.Is(err, awsapi.NotThere) {
		return nil
	}
	unfinished := s.findStrays(keys)
	for _, k := range keys {
		switch {
		case !k.Active, k.ID == s.out.KeyID, k.ID == s.actor.AccessKey.AccessKeyID, slices.Contains(unfinished, k):
		case len(s.record.NamesOf(k.ID)) == 0:
			s.out.Warnings = append(s.out.Warnings, say.Sprintf("%s has another access key, %s, which is not in the keychain: anyone who has it can do the same as %s; "+
				"if nothing needs it, delete it afterwards: awsbroker keys delete %s --key %s", s.o.User, k.ID, s.o.User, say.ShellWord(k.ID), say.ShellWord(s.o.KeyName)))
		default:
			s.out.Warnings = append(s.out.Warnings, say.Sprintf("%s has another access key, %s, created %s, which is kept: it can do the same as the one in the keychain",
				s.o.User, k.ID, k.Created.Format("2006-01-02")))
		}
	}
	return err
}

// justMade reports whether the journal knows a key that AWS may not list yet.
func (s *bootstrap) justMade(id string) bool {
	return id != "" && slices.ContainsFunc(s.journal.Things, func(t notes.Thing) bool {
		return t.Kind == notes.AccessKey && t.ID == id && time.Since(t.At) < s.waits.settle
	})
}

// roomForKey fails where a key can't be made or stored, before anything is.
func (s *bootstrap) roomForKey(keys []iam.Key) error {
	if info, taken := s.record.Keys[s.o.KeyName]; taken && !s.deadKey(info) {
		return failure.New(failure.Other, "the keychain has another key called %q, of %s", s.o.KeyName, cmp.Or(info.ARN, "an unknown owner")).
			Hint("choose another name for the new one with --key-name, or, if you do not need that one: awsbroker remove %s", say.ShellWord(s.o.KeyName))
	}
	if len(keys) < iam.KeyQuota || s.ownsTyped() || len(s.findStrays(keys)) > 0 {
		return nil
	}
	f := failure.New(failure.Other, "the user %s has two access keys, which are not in the keychain, and AWS allows no third", s.o.User)
	for _, k := range keys {
		f.Hint("if nothing needs it: %s", say.DeleteKeyWithAWS(s.o.User, say.Clean(k.ID)))
	}
	return f
}

// deadKey reports whether a key of the keychain is one that bootstrap made and
// then deleted in AWS, since the keychain seemed to have refused it.
func (s *bootstrap) deadKey(info keystore.KeyInfo) bool {
	account, _ := awsapi.SplitARN(info.ARN)
	begun := s.journal.Find(notes.Thing{Kind: notes.AccessKey, Name: s.o.KeyName, On: iam.UserNamed(s.o.User).String()})
	return begun != nil && !begun.Done && account == s.out.Account && awsapi.NameOf(info.ARN) == s.o.User
}

// findStrays returns the keys that a creation made whose answer never arrived:
// they were not there before, and are younger than the note of the creation.
func (s *bootstrap) findStrays(keys []iam.Key) []iam.Key {
	t := s.journal.Find(notes.Thing{Kind: notes.AccessKey, Name: s.o.KeyName, On: iam.UserNamed(s.o.User).String()})
	if t == nil || t.Done {
		return nil
	}
	var all []iam.Key
	for _, k := range keys {
		if !slices.Contains(t.Listed, k.ID) && !k.Created.Before(t.At) && k.ID != s.actor.AccessKey.AccessKeyID {
			all = append(all, k)
		}
	}
	return all
}

// makeKey asks AWS for a key and stores it. What an earlier try may have made
// goes first.
func (s *bootstrap) makeKey(ctx context.Context, t *notes.Thing) error {
	begun := s.journal.Find(*t)
	if err := s.deleteStrays(ctx, len(begun.Listed) > 0); err != nil {
		return err
	}
	var now time.Time
	var keys []iam.Key
	err := s.whileUnknown(ctx, "the user", func(ctx context.Context, c *iam.Client) (err error) {
		keys, now, err = c.KeysNow(ctx, s.o.User)
		return err
	})
	if err != nil {
		return err
	}
	t.At, t.Listed = now, []string{"none"}
	for _, k := range keys {
		t.Listed = append(t.Listed, k.ID)
	}
	if err := s.note("intend key", *t); err != nil {
		return err
	}
	var key credential.Credentials
	err = s.step("create key", func() error {
		// From here to the keychain nobody interrupts: the secret comes only once.
		return s.whileUnknown(context.WithoutCancel(ctx), "the user", func(ctx context.Context, c *iam.Client) (err error) {
			key, err = c.CreateKey(ctx, s.o.User)
			return err
		})
	})
	if err != nil {
		return err
	}
	t.ID = key.AccessKeyID
	return s.keepKey(context.WithoutCancel(ctx), key)
}

// keepKey stores a new key, or deletes it in AWS again.
func (s *bootstrap) keepKey(ctx context.Context, key credential.Credentials) error {
	err := s.storeKey(ctx, key)
	if err == nil {
		return nil
	}
	var f *failure.Error
	if !errors.As(err, &f) {
		return err
	}
	if gone := s.adder.Store.Remove(ctx, s.o.KeyName); gone != nil && !errors.Is(gone, keystore.ErrNotFound) {
		s.run.Debug("keychain: %v", gone)
	}
	undo := s.do(ctx, func(ctx context.Context, c *iam.Client) error { return c.DeleteKey(ctx, s.o.User, key.AccessKeyID) })
	if undo != nil {
		f.Message += "; the new key's secret is lost, and the key could not be deleted in AWS"
		return f.Hint("delete it with: %s", say.DeleteKeyWithAWS(s.o.User, key.AccessKeyID))
	}
	f.Message += "; the new key was deleted in AWS again"
	return f
}

func (s *bootstrap) storeKey(ctx context.Context, key credential.Credentials) error {
	err := s.step("store key", func() error {
		return s.adder.Put(ctx, s.o.KeyName, key, keystore.KeyInfo{ARN: s.out.UserARN})
	})
	if err != nil {
		return failure.OfKeystore(err, s.o.KeyName)
	}
	s.out.KeyName, s.out.KeyID = s.o.KeyName, key.AccessKeyID
	return session.NextGeneration(s.run.Paths)
}

// deleteStrays deletes keys whose secret nobody has. A list may be late: where
// a creation was begun before, it is looked at for a while.
func (s *bootstrap) deleteStrays(ctx context.Context, begun bool) error {
	if !begun {
		return nil
	}
	end, err := wait.For(ctx, s.up(s.waits.list, "until AWS lists all keys"), s.deleteStraysSeen)
	if end == wait.Interrupted {
		return failure.Interrupted("until AWS lists all keys")
	}
	return err
}

// deleteStraysSeen deletes the strays that AWS lists now, and reports whether it
// listed any.
func (s *bootstrap) deleteStraysSeen(ctx context.Context) (found bool, err error) {
	keys, err := whileMissing(ctx, s, func(ctx context.Context) ([]iam.Key, error) {
		return get(ctx, s, func(ctx context.Context, c *iam.Client) ([]iam.Key, error) { return c.Keys(ctx, s.o.User) })
	})
	if err != nil {
		return true, err
	}
	strays := s.findStrays(keys)
	for _, k := range strays {
		use, err := get(ctx, s, func(ctx context.Context, c *iam.Client) (iam.Use, error) { return c.LastUse(ctx, k.ID) })
		if err != nil || !use.At.IsZero() {
			return true, failure.New(failure.Other, "the access key %s of %s appeared during this run, and may be in use", k.ID, s.o.User).
				Hint("if nothing needs it: %s", say.DeleteKeyWithAWS(s.o.User, k.ID))
		}
		err = s.do(ctx, func(ctx context.Context, c *iam.Client) error { return c.DeleteKey(ctx, s.o.User, k.ID) })
		if err != nil && !awsapi.Is(err, awsapi.NotThere) {
			return true, err
		}
		s.run.Report.Step(fmt.Sprintf("%s, whose secret nobody has, is deleted", k.ID))
	}
	return len(strays) > 0, nil
}
