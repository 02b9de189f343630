package bootstrap

import (
	"context"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/notes"
)

// refuseLastWay: whoever signs has to be an administrator afterwards, by what
// stays. The root user always is.
func (s *bootstrap) refuseLastWay(ctx context.Context) error {
	if s.who.IsRoot() {
		return nil
	}
	if role, ok := s.signingRole(); ok {
		return s.refuseOwnRole(role)
	}
	user := s.who.UserName()
	stays, err := s.staysAdministrator(ctx, user)
	if err != nil {
		return s.failureAt(&step{what: "the rights of user " + user}, err)
	}
	if stays {
		return nil
	}
	return failure.New(failure.Other, "that would remove the last known way into account %s: %s would no longer be an administrator", s.out.Account, user).
		Hint("make an access key of the root user in the console, and: awsbroker add root; awsbroker bootstrap --undo --key root")
}

// signingRole returns the name of the role whose session signs.
func (s *bootstrap) signingRole() (name string, ok bool) {
	_, rest, ok := strings.Cut(s.who.ARN, ":assumed-role/")
	name, _, _ = strings.Cut(rest, "/")
	return name, ok
}

// refuseOwnRole: a role that bootstrap made cannot take itself back.
func (s *bootstrap) refuseOwnRole(role string) error {
	if s.journal.Find(notes.Thing{Kind: notes.Role, Name: role}) == nil {
		return nil
	}
	return failure.New(failure.Other, "that would remove role %s, and the session that does it is one of this role", role).
		Hint("sign in as the root user or another administrator: aws login --profile NAME; then: awsbroker bootstrap --undo --from-profile NAME")
}

// staysAdministrator reports whether a user is one by what bootstrap did not
// make, or gives back.
func (s *bootstrap) staysAdministrator(ctx context.Context, user string) (bool, error) {
	if s.journal.Find(notes.Thing{Kind: notes.User, Name: user}) != nil {
		return false, nil
	}
	holders := []string{iam.UserNamed(user).String()}
	groups, err := get(ctx, s, func(ctx context.Context, c *iam.Client) ([]iam.Group, error) { return c.GroupsOf(ctx, user) })
	if err != nil {
		return false, err
	}
	for _, g := range groups {
		holder := iam.GroupNamed(g.Name).String()
		if s.journal.Find(notes.Thing{Kind: notes.Member, Name: user, On: holder}) == nil {
			holders = append(holders, holder)
		}
	}
	for _, t := range s.journal.Things {
		if (t.Kind == notes.Detached || t.Kind == notes.Inline) && slices.Contains(holders, t.On) || t.Kind == notes.MemberOut && t.Name == user {
			s.restores = true
			return true, nil
		}
	}
	for _, holder := range holders {
		grants, err := s.grantsOf(ctx, holderFrom(holder))
		if err != nil {
			return false, err
		}
		for _, g := range grants {
			if g.always && s.journal.Find(notes.Thing{Kind: notes.Attached, Name: g.name, On: holder}) == nil {
				return true, nil
			}
		}
	}
	return false, nil
}

// holderFrom is the reverse of [iam.Holder.String].
func holderFrom(text string) iam.Holder {
	kind, name, _ := strings.Cut(text, " ")
	return iam.Holder{Kind: iam.HolderKind(kind), Name: name}
}
