package bootstrap

import (
	"cmp"
	"context"
	"fmt"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/policy"
	"github.com/awsbroker/awsbroker/internal/say"
)

// endRootKey deletes the root key that did all this: it may do everything,
// nothing can limit it, and nothing needs it any more. The last call is signed
// by itself.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/root-user-best-practices.html#ru-bp-access-keys
func (s *bootstrap) endRootKey(ctx context.Context) error {
	if s.isSession() {
		s.endSession()
	}
	if !s.hasRootKey() {
		return nil
	}
	if s.o.KeepRootKey {
		s.out.Left = append(s.out.Left, "the root key "+s.actor.AccessKey.AccessKeyID+" still works: "+s.deleteRootHint())
		return nil
	}
	keys, err := get(ctx, s, func(ctx context.Context, c *iam.Client) ([]iam.Key, error) { return c.Keys(ctx, "") })
	if err != nil {
		return s.failureAt(&step{what: "the root user's keys"}, err)
	}
	for _, k := range keys {
		if k.ID == s.actor.AccessKey.AccessKeyID {
			continue
		}
		if err := s.endOtherRootKey(ctx, k); err != nil {
			return err
		}
	}
	text := fmt.Sprintf("The root key %s is no longer needed.\n"+
		"It can do everything in account %s, and no policy can limit it.\n"+
		"From now on %s can do all of this with an MFA code, through the role %s.", s.actor.AccessKey.AccessKeyID, s.out.Account, s.o.User, s.o.Role)
	if err := s.actor.Confirm(ctx, text, "Delete the root key in AWS and on this machine?"); err != nil {
		s.out.Left = append(s.out.Left, "the root key "+s.actor.AccessKey.AccessKeyID+" still works: "+s.deleteRootHint())
		return nil
	}
	s.o.Show.Begin("root key " + s.actor.AccessKey.AccessKeyID)
	if err := s.deleteRootKey(ctx, s.actor.AccessKey.AccessKeyID); err != nil {
		return s.failureAt(&step{what: "root key " + s.actor.AccessKey.AccessKeyID}, err)
	}
	s.o.Show.End("was deleted")
	return nil
}

// endOtherRootKey asks about another key of the root user's: who knows what
// uses it, if anything does.
func (s *bootstrap) endOtherRootKey(ctx context.Context, k iam.Key) error {
	id := say.Clean(k.ID)
	left := "the root user has another key, " + id + ": delete it in the console as root, \"Security credentials\", \"Access keys\""
	if s.o.Yes { // it was not in the plan
		s.out.Left = append(s.out.Left, left)
		return nil
	}
	use, err := get(ctx, s, func(ctx context.Context, c *iam.Client) (iam.Use, error) { return c.LastUse(ctx, k.ID) })
	used := "never used"
	switch {
	case err != nil:
		used = "last use unknown"
	case !use.At.IsZero():
		used = "last used " + use.At.Format("2006-01-02") + " (" + say.Clean(use.Service) + ")"
	}
	text := fmt.Sprintf("The root user has another access key: %s, created %s, %s.", id, k.Created.Format("2006-01-02"), used)
	if err := s.actor.Confirm(ctx, text, "Delete that one, too?"); err != nil {
		s.out.Left = append(s.out.Left, left)
		return nil
	}
	s.o.Show.Begin("root key " + id)
	if err := s.deleteRootKey(ctx, k.ID); err != nil {
		return s.failureAt(&step{what: "root key " + id}, err)
	}
	s.o.Show.End("was deleted")
	return nil
}

// deleteRootKey deletes a key in AWS, and wherever the keychain has it. A key that
// AWS does not know any more counts as deleted: an answer was lost.
func (s *bootstrap) deleteRootKey(ctx context.Context, id string) error {
	s.journal.Ending = id
	if err := s.step("intend to delete root key", func() error { return writeJournal(s.run, s.journal) }); err != nil {
		return failure.New(failure.Other, "the note of the root key's deletion could not be written: %w", err)
	}
	err := s.step("delete root key", func() error {
		return s.do(ctx, func(ctx context.Context, c *iam.Client) error { return c.DeleteKey(ctx, "", id) })
	})
	if err != nil && !awsapi.Is(err, awsapi.NotThere) && !(id == s.actor.AccessKey.AccessKeyID && awsapi.Is(err, awsapi.UnknownKey)) {
		return err
	}
	s.forgetRootKey(ctx, id)
	return nil
}

// forgetRootKey takes a key that AWS has deleted out of the keychain.
func (s *bootstrap) forgetRootKey(ctx context.Context, id string) {
	s.out.Changed = true
	for _, name := range s.record.NamesOf(id) {
		store, err := s.run.OpenKeychain(ctx, s.actor.Asker)
		if err == nil {
			err = s.step("forget root key", func() error { return store.Remove(ctx, name) })
		}
		if err != nil {
			s.out.Left = append(s.out.Left, "the root key was deleted in AWS, but is still in the keychain; run: awsbroker remove "+say.ShellWord(name))
			s.run.Debug("keychain: %v", err)
		}
	}
}

// endAfterAll ends what a run began that was killed at the very last: AWS does
// not know the root key any more, for that run had it deleted. Only the
// keychain still has it.
func (s *bootstrap) endAfterAll(ctx context.Context, err error) error {
	info := s.record.Keys[s.name]
	if !info.Root() || !awsapi.Is(err, awsapi.UnknownKey) {
		return err
	}
	s.out.By, s.out.Partition = info.ARN, awsapi.PartitionOf(info.ARN)
	s.out.Account, _ = awsapi.SplitARN(info.ARN)
	unlock, busy := s.lock()
	if busy != nil {
		return busy
	}
	defer unlock()
	if s.journal.Ending != info.AccessKeyID {
		return err
	}
	s.out.Profile = s.o.Profile
	s.out.Plan = []Planned{{Sign: "-", What: "root key " + info.AccessKeyID, How: "AWS has deleted it; it will be removed from the keychain"}}
	if s.o.DryRun {
		return nil
	}
	defer s.actor.Close()
	s.o.Show.Begin("root key " + info.AccessKeyID)
	s.forgetRootKey(ctx, info.AccessKeyID)
	s.o.Show.End("was deleted")
	return nil
}

func (s *bootstrap) deleteRootHint() string {
	if s.name != "" {
		return say.DeleteKey(s.actor.AccessKey.AccessKeyID)
	}
	return "delete it in the console as root, \"Security credentials\", \"Access keys\""
}

// finishTrusted says what is to be done in the account whose users are trusted.
func (s *bootstrap) finishTrusted() {
	s.out.Left = append(s.out.Left, fmt.Sprintf("in account %s, let %s have: %s", s.o.TrustedAccount, cmp.Or(s.o.User, "the future administrator"), policy.AllowAssume(s.out.RoleARN)),
		fmt.Sprintf("then write a profile for it: awsbroker setup NAME --key KEY --role-arn %s --mfa-serial SERIAL", s.out.RoleARN))
	if s.hasRootKey() {
		s.out.Left = append(s.out.Left, "when that works, delete the root key: "+s.deleteRootHint())
	}
}
