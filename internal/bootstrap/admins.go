package bootstrap

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/notes"
	"github.com/awsbroker/awsbroker/internal/policy"
	"github.com/awsbroker/awsbroker/internal/say"
)

// grant is a policy that the user has, by itself or through a group.
type grant struct {
	of       iam.Holder
	name     string
	arn      string // of a managed policy; empty for an inline one
	document string // of an inline one
	always   bool   // it makes the user an administrator without MFA
	allows   bool   // it allows something
	denies   bool   // it denies something
	anyRole  bool   // it lets the role be assumed without naming it
}

func (g grant) String() string {
	if g.arn == "" {
		return "inline policy " + g.name + " of " + g.of.String()
	}
	return g.name + " of " + g.of.String()
}

// findGrants reads every policy that the user has, or will have as a member of
// the group.
func (s *bootstrap) findGrants(ctx context.Context) ([]grant, error) {
	holders := []iam.Holder{iam.GroupNamed(s.o.Group), iam.UserNamed(s.o.User)}
	groups, err := get(ctx, s, func(ctx context.Context, c *iam.Client) ([]iam.Group, error) { return c.GroupsOf(ctx, s.o.User) })
	if err != nil && !awsapi.Is(err, awsapi.NotThere) {
		return nil, err
	}
	for _, g := range groups {
		if !strings.EqualFold(g.Name, s.o.Group) {
			holders = append(holders, iam.GroupNamed(g.Name))
		}
	}
	var all []grant
	for _, h := range holders {
		found, err := s.grantsOf(ctx, h)
		if err != nil {
			return nil, err
		}
		all = append(all, found...)
	}
	return all, nil
}

// grantsOf a user, group or role; none if it is not there. What is listed and
// then not known, is looked at again.
func (s *bootstrap) grantsOf(ctx context.Context, h iam.Holder) ([]grant, error) {
	return whileMissing(ctx, s, func(ctx context.Context) ([]grant, error) { return s.readGrants(ctx, h) })
}

// readGrants: AdministratorAccess is known; other policies are read for what
// they allow.
func (s *bootstrap) readGrants(ctx context.Context, h iam.Holder) (all []grant, err error) {
	attached, err := get(ctx, s, func(ctx context.Context, c *iam.Client) ([]iam.Attached, error) { return c.Attached(ctx, h) })
	if awsapi.Is(err, awsapi.NotThere) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	for _, p := range attached {
		g := grant{of: h, name: p.Name, arn: p.ARN, always: p.ARN == policy.ManagedARN(s.out.Partition, policy.AdministratorAccess)}
		if !g.always {
			document, err := get(ctx, s, func(ctx context.Context, c *iam.Client) (string, error) { return c.ManagedDocument(ctx, p.ARN) })
			if err != nil {
				return nil, err
			}
			g.read(document, s.out.RoleARN)
		}
		all = append(all, g)
	}
	names, err := get(ctx, s, func(ctx context.Context, c *iam.Client) ([]string, error) { return c.Inlines(ctx, h) })
	if err != nil {
		return nil, err
	}
	for _, name := range names {
		document, err := get(ctx, s, func(ctx context.Context, c *iam.Client) (string, error) { return c.Inline(ctx, h, name) })
		if err != nil {
			return nil, err
		}
		g := grant{of: h, name: name, document: document}
		g.read(document, s.out.RoleARN)
		all = append(all, g)
	}
	return all, nil
}

// read notes what the text of the policy says, about the role of that ARN, too.
func (g *grant) read(document, role string) {
	g.always, g.allows, g.denies = policy.AlwaysAdmin(document), policy.Allows(document), policy.Denies(document)
	g.anyRole = policy.AllowsAnyRole(document, role)
}

// describeTaking is what becomes of a grant that makes an administrator at any time.
func (s *bootstrap) describeTaking(g grant) string {
	switch {
	case g.of.Kind == iam.OfGroup && g.of.Name != s.o.Group:
		return fmt.Sprintf("%s leaves group %s, which has %s", s.o.User, g.of.Name, g.name)
	case g.arn != "":
		return fmt.Sprintf("%s off %s", g.name, g.of)
	case policy.WithoutAlwaysAdmin(g.document) == "":
		return fmt.Sprintf("inline policy %s off %s", g.name, g.of)
	}
	return fmt.Sprintf("what makes an administrator, off inline policy %s of %s", g.name, g.of)
}

// takeAway takes a grant from the user, signed by the session of the role that
// was just proved.
func (s *bootstrap) takeAway(ctx context.Context, c *iam.Client, g grant) error {
	t := notes.Thing{Kind: notes.Detached, Name: g.name, On: g.of.String(), ID: g.arn}
	remove := func(ctx context.Context) error { return c.Detach(ctx, g.of, g.arn) }
	switch left := policy.WithoutAlwaysAdmin(g.document); {
	case g.of.Kind == iam.OfGroup && g.of.Name != s.o.Group:
		t = notes.Thing{Kind: notes.MemberOut, Name: s.o.User, On: g.of.String()}
		remove = func(ctx context.Context) error { return c.RemoveFromGroup(ctx, g.of.Name, s.o.User) }
	case g.arn == "" && left == "":
		t = notes.Thing{Kind: notes.Inline, Name: g.name, On: g.of.String(), Before: g.document}
		remove = func(ctx context.Context) error { return c.DeleteInline(ctx, g.of, g.name) }
	case g.arn == "":
		t = notes.Thing{Kind: notes.Inline, Name: g.name, On: g.of.String(), Before: g.document}
		remove = func(ctx context.Context) error { return c.PutInline(ctx, g.of, g.name, left) }
	}
	if have := s.journal.Find(t); have != nil {
		t = *have // what it was at first counts
	}
	t.Done = true // for undoing, what was there is known, whether or not it is gone
	if err := s.note("intend to take "+g.String(), t); err != nil {
		return err
	}
	s.out.Changed = true
	err := s.step("take "+g.String(), func() error { return s.whileBusy(ctx, remove) })
	if awsapi.Is(err, awsapi.NotThere) {
		return nil // somebody was faster, or an answer was lost
	}
	return err
}

// lockedOut is a member of the group who could not be an administrator any
// more: without a device that shows codes, nobody gets the role.
type lockedOut struct{ user, devices string }

// findLockedOut looks at the other members of the group.
func (s *bootstrap) findLockedOut(ctx context.Context) error {
	members, err := get(ctx, s, func(ctx context.Context, c *iam.Client) ([]iam.User, error) {
		_, members, err := c.Group(ctx, s.o.Group)
		return members, err
	})
	if err != nil && !awsapi.Is(err, awsapi.NotThere) {
		return err
	}
	for _, u := range members {
		if strings.EqualFold(u.Name, s.o.User) {
			continue
		}
		devices, err := get(ctx, s, func(ctx context.Context, c *iam.Client) ([]iam.MFADevice, error) { return c.MFADevices(ctx, u.Name) })
		switch {
		case err != nil && !awsapi.Is(err, awsapi.NotThere):
			return err
		case slices.ContainsFunc(devices, iam.MFADevice.HasCodes):
			s.out.Warnings = append(s.out.Warnings, say.Sprintf("%s, of the same group, has an MFA device, and needs the role from now on", u.Name))
		case len(devices) > 0:
			s.locked = append(s.locked, lockedOut{u.Name, "a passkey or security key only, which the role can't be had with"})
		default:
			s.locked = append(s.locked, lockedOut{u.Name, "no MFA device"})
		}
	}
	for _, l := range s.locked {
		s.out.Warnings = append(s.out.Warnings, say.Sprintf("%s, of the same group, has %s: no administrator any more", l.user, l.devices))
	}
	return nil
}

// refuseLockout stops where somebody would lose their rights unasked.
func (s *bootstrap) refuseLockout() error {
	var names []string
	for _, l := range s.locked {
		if !slices.Contains(s.o.AcceptLockout, l.user) {
			names = append(names, l.user)
		}
	}
	if len(names) == 0 || s.o.SelfEnroll || !s.takesFromGroup() {
		return nil
	}
	s.showPlan()
	f := failure.New(failure.Other, "these members have no MFA device and would no longer be administrators: %s", strings.Join(names, ", "))
	f.Hint("first add a device for each of them, while they are with you, because it shows the seed: awsbroker mfa enroll --user %s", say.ShellWord(names[0]))
	f.Hint("or let them add a first device with only their key or password (anyone who has one of these could do the same): --self-enroll")
	flags := ""
	for _, name := range names {
		flags += " --accept-lockout " + say.ShellWord(name)
	}
	return f.Hint("to continue anyway:%s", flags)
}

// takesFromGroup reports whether the group loses its rights.
func (s *bootstrap) takesFromGroup() bool {
	return slices.ContainsFunc(s.always, func(g grant) bool { return g.of == iam.GroupNamed(s.o.Group) })
}
