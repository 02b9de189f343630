package bootstrap

import (
	"cmp"
	"context"
	"errors"
	"os"
	"slices"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/dotfile"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/keychain"
	"github.com/awsbroker/awsbroker/internal/keystore"
	"github.com/awsbroker/awsbroker/internal/notes"
	"github.com/awsbroker/awsbroker/internal/session"
	"github.com/awsbroker/awsbroker/internal/wait"
)

// undoRecent is [bootstrap.undoThing] for a thing that was just made, of which AWS
// may not show yet all that hangs on it.
func (s *bootstrap) undoRecent(ctx context.Context, t notes.Thing) error {
	left := t.At.Add(s.waits.settle).Sub(s.run.Clock.Now())
	_, err := wait.For(ctx, s.up(left, "until AWS shows what uses it"), func(ctx context.Context) (done bool, err error) {
		err = s.undoThing(ctx, t)
		return !awsapi.Is(err, awsapi.InUse), err
	})
	return err
}

// undoThing takes one thing back. The error is awsapi.NotThere if there is none.
func (s *bootstrap) undoThing(ctx context.Context, t notes.Thing) error {
	on := holderFrom(t.On)
	call := func(do func(context.Context, *iam.Client) error) error { return s.do(ctx, do) }
	switch t.Kind {
	case notes.Group:
		return call(func(ctx context.Context, c *iam.Client) error { return c.DeleteGroup(ctx, t.Name) })
	case notes.User:
		return s.undoUser(ctx, t.Name)
	case notes.Role:
		return s.undoRole(ctx, t.Name)
	case notes.Member:
		return call(func(ctx context.Context, c *iam.Client) error { return c.RemoveFromGroup(ctx, on.Name, t.Name) })
	case notes.MemberOut:
		return call(func(ctx context.Context, c *iam.Client) error { return c.AddToGroup(ctx, on.Name, t.Name) })
	case notes.Policy:
		return s.undoPolicy(ctx, cmp.Or(t.ID, s.arn("policy/"+t.Name)))
	case notes.Attached:
		return call(func(ctx context.Context, c *iam.Client) error { return c.Detach(ctx, on, t.ID) })
	case notes.Detached:
		return call(func(ctx context.Context, c *iam.Client) error { return c.Attach(ctx, on, t.ID) })
	case notes.Inline:
		return call(func(ctx context.Context, c *iam.Client) error { return c.PutInline(ctx, on, t.Name, t.Before) })
	case notes.Trust:
		return s.undoTrust(ctx, on.Name, t)
	case notes.MaxTime:
		d, err := time.ParseDuration(t.Before)
		if err != nil {
			return err
		}
		return call(func(ctx context.Context, c *iam.Client) error { return c.SetMaxSession(ctx, on.Name, d) })
	case notes.PolicyText:
		return s.undoVersion(ctx, t)
	case notes.Password:
		return call(func(ctx context.Context, c *iam.Client) error { return c.DeleteLoginProfile(ctx, on.Name) })
	case notes.MFADevice:
		return s.undoDevice(ctx, on.Name, cmp.Or(t.ID, s.arn("mfa/"+t.Name)))
	case notes.AccessKey:
		return s.undoKey(ctx, t, on.Name)
	case notes.Stored:
		if !s.keepsOther(t) {
			return s.forgetKey(ctx, t.Name)
		}
		return nil
	case notes.Profile:
		return s.undoProfile(ctx, t)
	}
	return failure.New(failure.Other, "awsbroker cannot undo a %q", t.Kind)
}

// undoUser deletes a user with all that it has got since: it was made here.
func (s *bootstrap) undoUser(ctx context.Context, user string) error {
	if err := s.takeCredentials(ctx, user); err != nil {
		return err
	}
	groups, err := listOrNothing(ctx, s, func(ctx context.Context, c *iam.Client) ([]iam.Group, error) { return c.GroupsOf(ctx, user) })
	if err != nil {
		return err
	}
	for _, g := range groups {
		if err := s.ignoreMissing(ctx, func(ctx context.Context, c *iam.Client) error { return c.RemoveFromGroup(ctx, g.Name, user) }); err != nil {
			return err
		}
	}
	if err := s.strip(ctx, iam.UserNamed(user)); err != nil {
		return err
	}
	if err := s.distrustEverywhere(ctx, user); err != nil {
		return err
	}
	return s.do(ctx, func(ctx context.Context, c *iam.Client) error { return c.DeleteUser(ctx, user) })
}

// takeCredentials deletes all with which a user signs in: access keys, MFA devices, Git
// passwords, the password.
func (s *bootstrap) takeCredentials(ctx context.Context, user string) error {
	keys, err := listOrNothing(ctx, s, func(ctx context.Context, c *iam.Client) ([]iam.Key, error) { return c.Keys(ctx, user) })
	if err != nil {
		return err
	}
	for _, k := range keys {
		if err := s.ignoreMissing(ctx, func(ctx context.Context, c *iam.Client) error { return c.DeleteKey(ctx, user, k.ID) }); err != nil {
			return err
		}
	}
	devices, err := listOrNothing(ctx, s, func(ctx context.Context, c *iam.Client) ([]iam.MFADevice, error) { return c.MFADevices(ctx, user) })
	if err != nil {
		return err
	}
	for _, d := range devices {
		if err := s.undoDevice(ctx, user, d.Serial); err != nil && !awsapi.Is(err, awsapi.NotThere) {
			return err
		}
	}
	passwords, err := listOrNothing(ctx, s, func(ctx context.Context, c *iam.Client) ([]iam.ServiceCredential, error) {
		return c.ServiceCredentials(ctx, user, "")
	})
	if err != nil {
		return err
	}
	for _, p := range passwords {
		if err := s.ignoreMissing(ctx, func(ctx context.Context, c *iam.Client) error { return c.DeleteServiceCredential(ctx, user, p.ID) }); err != nil {
			return err
		}
	}
	return s.ignoreMissing(ctx, func(ctx context.Context, c *iam.Client) error { return c.DeleteLoginProfile(ctx, user) })
}

func (s *bootstrap) undoRole(ctx context.Context, role string) error {
	if err := s.strip(ctx, iam.RoleNamed(role)); err != nil {
		return err
	}
	return s.do(ctx, func(ctx context.Context, c *iam.Client) error { return c.DeleteRole(ctx, role) })
}

// strip a user or role that was made here of its policies, whoever gave them.
func (s *bootstrap) strip(ctx context.Context, h iam.Holder) error {
	grants, err := listOrNothing(ctx, s, func(ctx context.Context, c *iam.Client) ([]iam.Attached, error) { return c.Attached(ctx, h) })
	if err != nil {
		return err
	}
	for _, p := range grants {
		if err := s.ignoreMissing(ctx, func(ctx context.Context, c *iam.Client) error { return c.Detach(ctx, h, p.ARN) }); err != nil {
			return err
		}
	}
	names, err := listOrNothing(ctx, s, func(ctx context.Context, c *iam.Client) ([]string, error) { return c.Inlines(ctx, h) })
	if err != nil {
		return err
	}
	for _, name := range names {
		if err := s.ignoreMissing(ctx, func(ctx context.Context, c *iam.Client) error { return c.DeleteInline(ctx, h, name) }); err != nil {
			return err
		}
	}
	return nil
}

// listOrNothing lists what hangs on a thing that is to go, and returns nothing
// where AWS does not show the thing. Only the deletion tells whether the thing is
// gone, since a list may be late.
func listOrNothing[T any](ctx context.Context, s *bootstrap, list func(context.Context, *iam.Client) ([]T, error)) ([]T, error) {
	all, err := get(ctx, s, list)
	if awsapi.Is(err, awsapi.NotThere) {
		return nil, nil
	}
	return all, err
}

// ignoreMissing is [bootstrap.do] for what may be gone already.
func (s *bootstrap) ignoreMissing(ctx context.Context, call func(context.Context, *iam.Client) error) error {
	if err := s.do(ctx, call); err != nil && !awsapi.Is(err, awsapi.NotThere) {
		return err
	}
	return nil
}

func (s *bootstrap) undoPolicy(ctx context.Context, arn string) error {
	versions, err := listOrNothing(ctx, s, func(ctx context.Context, c *iam.Client) ([]iam.Version, error) { return c.Versions(ctx, arn) })
	if err != nil {
		return err
	}
	for _, v := range versions {
		if v.Default {
			continue
		}
		if err := s.ignoreMissing(ctx, func(ctx context.Context, c *iam.Client) error { return c.DeleteVersion(ctx, arn, v.ID) }); err != nil {
			return err
		}
	}
	return s.do(ctx, func(ctx context.Context, c *iam.Client) error { return c.DeletePolicy(ctx, arn) })
}

func (s *bootstrap) undoDevice(ctx context.Context, user, serial string) error {
	if err := s.ignoreMissing(ctx, func(ctx context.Context, c *iam.Client) error { return c.DeactivateMFADevice(ctx, user, serial) }); err != nil {
		return err
	}
	return s.do(ctx, func(ctx context.Context, c *iam.Client) error { return c.DeleteVirtualMFADevice(ctx, serial) })
}

// undoKey deletes the key that bootstrap made, or the one that a rotation put
// in its place; and one of which only AWS's list knows.
func (s *bootstrap) undoKey(ctx context.Context, t notes.Thing, user string) error {
	ids := []string{t.ID}
	info, stored := s.record.Keys[t.Name]
	stored = stored && !s.keepsOther(t)
	if stored && !slices.Contains(ids, info.AccessKeyID) {
		ids = append(ids, info.AccessKeyID)
	}
	if !t.Done {
		s.o.User, s.o.KeyName = user, t.Name
		keys, err := get(ctx, s, func(ctx context.Context, c *iam.Client) ([]iam.Key, error) { return c.Keys(ctx, user) })
		if err != nil {
			return err
		}
		for _, k := range s.findStrays(keys) {
			ids = append(ids, k.ID)
		}
	}
	for _, id := range ids {
		if id == "" || id == s.actor.AccessKey.AccessKeyID {
			continue
		}
		if err := s.ignoreMissing(ctx, func(ctx context.Context, c *iam.Client) error { return c.DeleteKey(ctx, user, id) }); err != nil {
			return err
		}
	}
	if !stored || t.Name == s.name {
		return nil
	}
	return s.forgetKey(ctx, t.Name)
}

// keepsOther reports whether the keychain has, under the name of a key that bootstrap put
// there, a key of another user or account by now. Nobody has its secret elsewhere, so it
// stays, and a warning says so.
func (s *bootstrap) keepsOther(t notes.Thing) bool {
	info, listed := s.record.Keys[t.Name]
	account, _ := awsapi.SplitARN(info.ARN)
	if !listed || info.AccessKeyID == t.ID || account == s.out.Account && awsapi.NameOf(info.ARN) == holderFrom(t.On).Name {
		return false
	}
	s.run.Warn("the key %s in the keychain is not the one that bootstrap stored: it is kept", t.Name)
	return true
}

// forgetKey takes a key out of the keychain, and what is kept beside it.
func (s *bootstrap) forgetKey(ctx context.Context, name string) error {
	store, err := s.run.OpenKeychain(ctx, s.actor.Asker)
	if err == nil {
		err = keychain.Forget(ctx, store, name)
	}
	if err != nil && !errors.Is(err, keystore.ErrNotFound) {
		return failure.OfKeystore(err, name)
	}
	return session.NextGeneration(s.run.Paths)
}

// undoProfile takes the profile out of the config file, or makes it what it
// was, and forgets its sessions. One that is for a role of another account by now stays.
func (s *bootstrap) undoProfile(ctx context.Context, t notes.Thing) error {
	if now, err := s.run.Target(t.Name); err == nil {
		if account, _ := awsapi.SplitARN(now.Profile.RoleARN); account != "" && account != s.out.Account {
			s.run.Warn("profile %s is for account %s now: it is kept", t.Name, account)
			return nil
		}
	}
	if err := s.run.Logout(ctx, t.Name); err != nil {
		s.run.Debug("cache: %v", err) // the sessions end within the hour
	}
	before, err := os.ReadFile(s.run.Paths.Config)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return failure.New(failure.Other, "%w", err)
	}
	after, err := config.SwapSection(before, t.Name, []byte(t.Before))
	if err != nil {
		return failure.OfConfig(err)
	}
	if err := dotfile.Write(s.run.Paths.Config, before, after); err != nil {
		return failure.New(failure.Other, "%s could not be written: %w", s.run.Paths.Config, err)
	}
	return session.NextGeneration(s.run.Paths)
}
