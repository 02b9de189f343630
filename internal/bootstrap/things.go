package bootstrap

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/notes"
	"github.com/awsbroker/awsbroker/internal/policy"
	"github.com/awsbroker/awsbroker/internal/say"
)

// roleMaximum is how long a session of the role may be: an administrator for
// an hour at a time.
const roleMaximum = time.Hour

// arn returns the ARN of something of the account in IAM.
func (s *bootstrap) arn(resource string) string {
	return "arn:" + s.out.Partition + ":iam::" + s.out.Account + ":" + resource
}

// found turns NotThere into a state.
func found(id string, err error) (state, error) {
	if awsapi.Is(err, awsapi.NotThere) {
		return state{}, nil
	}
	return state{is: there, id: id}, err
}

func (s *bootstrap) groupStep() *step {
	return &step{
		what: "group " + s.o.Group, thing: notes.Thing{Kind: notes.Group, Name: s.o.Group},
		look: func(ctx context.Context) (state, error) {
			var members []iam.User
			g, err := get(ctx, s, func(ctx context.Context, c *iam.Client) (g iam.Group, err error) {
				g, members, err = c.Group(ctx, s.o.Group)
				return g, err
			})
			s.noteMembers(members)
			s.out.GroupARN = cmp.Or(g.ARN, s.arn("group/"+s.o.Group))
			return found(g.ARN, err)
		},
		make: func(ctx context.Context, t *notes.Thing) error {
			g, err := get(ctx, s, func(ctx context.Context, c *iam.Client) (iam.Group, error) { return c.CreateGroup(ctx, s.o.Group) })
			t.ID = g.ARN
			return err
		},
	}
}

func (s *bootstrap) userStep() *step {
	return &step{
		what: "user " + s.o.User, thing: notes.Thing{Kind: notes.User, Name: s.o.User},
		look: func(ctx context.Context) (state, error) {
			u, err := get(ctx, s, func(ctx context.Context, c *iam.Client) (iam.User, error) { return c.User(ctx, s.o.User) })
			s.out.UserARN, s.userBoundary = cmp.Or(u.ARN, s.arn("user/"+s.o.User)), u.Boundary
			return found(u.ARN, err)
		},
		make: func(ctx context.Context, t *notes.Thing) error {
			u, err := get(ctx, s, func(ctx context.Context, c *iam.Client) (iam.User, error) { return c.CreateUser(ctx, s.o.User) })
			t.ID = u.ARN
			return err
		},
	}
}

func (s *bootstrap) memberStep() *step {
	return &step{
		what:  s.o.User + " in group " + s.o.Group,
		thing: notes.Thing{Kind: notes.Member, Name: s.o.User, On: iam.GroupNamed(s.o.Group).String()},
		look: func(ctx context.Context) (state, error) {
			groups, err := get(ctx, s, func(ctx context.Context, c *iam.Client) ([]iam.Group, error) { return c.GroupsOf(ctx, s.o.User) })
			if !slices.ContainsFunc(groups, func(g iam.Group) bool { return strings.EqualFold(g.Name, s.o.Group) }) {
				_, err := found("", err)
				return state{}, err
			}
			return state{is: there}, err
		},
		make: func(ctx context.Context, _ *notes.Thing) error {
			return s.whileUnknown(ctx, "the user and the group", func(ctx context.Context, c *iam.Client) error {
				return c.AddToGroup(ctx, s.o.Group, s.o.User)
			})
		},
	}
}

func (s *bootstrap) maxTimeStep(of *role) *step {
	return &step{
		what: "longest session of role " + of.name, changed: notes.Thing{Kind: notes.MaxTime, On: iam.RoleNamed(of.name).String()},
		look: func(ctx context.Context) (state, error) {
			r, err := s.readRole(ctx, of)
			switch {
			case err != nil:
				_, err := found("", err)
				return state{is: implied}, err
			case r.MaxSession == roleMaximum:
				return state{is: there}, nil
			}
			return state{is: differs, before: r.MaxSession.String(), diff: fmt.Sprintf("-%s\n+%s", say.Duration(r.MaxSession), say.Duration(roleMaximum))}, nil
		},
		mend: func(ctx context.Context, _ *notes.Thing) error {
			return s.do(ctx, func(ctx context.Context, c *iam.Client) error { return c.SetMaxSession(ctx, of.name, roleMaximum) })
		},
	}
}

// policyState compares what a policy says with what it should.
func policyState(id, name, is, should string) state {
	if policy.Same(is, should) {
		return state{is: there, id: id}
	}
	a, err := policy.Normalize(is)
	if err != nil {
		a = is + "\n"
	}
	b, _ := policy.Normalize(should)
	return state{is: differs, id: id, before: is, diff: config.Diff(name, []byte(a), []byte(b))}
}

// attachStep gives a managed policy to a holder. The ARN may not be known
// before the policy is made.
func (s *bootstrap) attachStep(what string, to iam.Holder, arn func() string) *step {
	return &step{
		what: what + " on " + to.String(), thing: notes.Thing{Kind: notes.Attached, Name: what, On: to.String()}, id: arn,
		look: func(ctx context.Context) (state, error) {
			all, err := get(ctx, s, func(ctx context.Context, c *iam.Client) ([]iam.Attached, error) { return c.Attached(ctx, to) })
			if slices.ContainsFunc(all, func(a iam.Attached) bool { return a.ARN == arn() }) {
				return state{is: there, id: arn()}, err
			}
			_, err = found("", err)
			return state{}, err
		},
		make: func(ctx context.Context, _ *notes.Thing) error {
			return s.whileUnknown(ctx, "the policy and the "+string(to.Kind), func(ctx context.Context, c *iam.Client) error {
				return c.Attach(ctx, to, arn())
			})
		},
	}
}

// attachAWS is the step that gives one of AWS's own policies to a holder.
func (s *bootstrap) attachAWS(name string, to iam.Holder) *step {
	return s.attachStep(name, to, func() string { return policy.ManagedARN(s.out.Partition, name) })
}
