package bootstrap

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/sts"
	"github.com/awsbroker/awsbroker/internal/target"
	"github.com/awsbroker/awsbroker/internal/wait"
)

// proof is what shows that the account works as it is meant to: the user's key
// and device buy a session of the role, and the key alone may nothing.
type proof struct {
	bootstrap *bootstrap
	t         *target.Target         // the profile
	user      *broker.Actor          // the user's key, through the profile
	role      *iam.Client            // signs with the session of the role
	own       *iam.Client            // signs with the key alone
	mfa       credential.Credentials // of the user, for what a code was given
}

// finish proves what was made, takes away what makes it superfluous, and lets
// the root key go.
func (s *bootstrap) finish(ctx context.Context) error {
	if s.o.TrustedAccount != "" {
		s.noteProved() // it is, by whoever uses the role from the other account
		s.finishTrusted()
		return nil
	}
	if !s.needsProof() {
		return nil
	}
	p, err := s.newProof(ctx)
	if err != nil {
		return err
	}
	for _, part := range []struct {
		what string
		skip bool
		do   func(context.Context) (outcome string, err error)
	}{
		{what: "the key works", do: p.keyWorks},
		{what: "the role can be assumed", do: p.roleWorks},
		{what: "the role for agents", skip: p.bootstrap.agent == nil, do: p.agentRoleWorks},
		{what: "administrators without MFA", skip: len(s.always) == 0, do: p.takeAlways},
		{what: "the key without MFA", do: p.keyAloneRefused},
	} {
		if part.skip {
			continue
		}
		s.o.Show.Begin(part.what)
		outcome, err := part.do(ctx)
		if err != nil {
			return s.failureAt(&step{what: part.what}, err)
		}
		s.o.Show.End(outcome)
	}
	s.noteProved()
	return s.endRootKey(ctx)
}

// noteProved writes down that nothing is left to be proved.
func (s *bootstrap) noteProved() {
	if len(s.journal.Things) == 0 || s.journal.Proved != nil {
		return
	}
	now := time.Now().UTC().Truncate(time.Second)
	s.journal.Proved = &now
	if err := s.step("proved", func() error { return writeJournal(s.run, s.journal) }); err != nil {
		s.run.Debug("journal: %v", err) // the next run proves it again
	}
}

func (s *bootstrap) newProof(ctx context.Context) (*proof, error) {
	p := &proof{bootstrap: s}
	var err error
	if p.t, err = s.run.Target(s.o.Profile); err != nil {
		return nil, err
	}
	p.user = s.actor.Through(p.t)
	if err := p.user.OpenKey(ctx); err != nil {
		return nil, err
	}
	if p.own, err = p.t.IAM(p.user.AccessKey); err != nil {
		return nil, err
	}
	return p, nil
}

// knownInARow is how often AWS has to know a key: its servers do not learn of
// it all at once.
const knownInARow = 3

// keyWorks waits until STS knows the key.
func (p *proof) keyWorks(ctx context.Context) (outcome string, err error) {
	client, err := sts.New(p.t.Endpoint)
	if err != nil {
		return "", err
	}
	return "AWS knows it", p.until(ctx, "until AWS knows the new key everywhere", func(ctx context.Context) (bool, error) {
		for range knownInARow {
			who, err := client.CallerIdentity(ctx, p.user.AccessKey)
			switch {
			case err == nil && who.UserName() != p.bootstrap.o.User:
				return true, failure.New(failure.Other, "the key %q belongs to %s, not to %s", p.bootstrap.out.KeyName, who.ARN, p.bootstrap.o.User)
			case err != nil:
				return !awsapi.Is(err, awsapi.UnknownKey) && !mayPass(err), err
			}
		}
		return true, nil
	})
}

// roleWorks gets a session of the role that the profile gets from now on: one
// in hand, or one that is bought with a code. The code pays for a short session
// of the user, from which the role is assumed as often as it takes until IAM
// has heard of everything; so one code does.
func (p *proof) roleWorks(ctx context.Context) (outcome string, err error) {
	creds, err := p.roleSession(ctx, p.t)
	if err != nil {
		return "", err
	}
	if p.role, err = p.t.IAM(creds); err != nil {
		return "", err
	}
	return "got a session of an hour, for all AWS tools", p.untilReads(ctx, p.role)
}

// untilReads waits until AWS lets a role read.
func (p *proof) untilReads(ctx context.Context, role *iam.Client) error {
	return p.until(ctx, "until AWS lets the role do its work", func(ctx context.Context) (bool, error) {
		_, err := role.Role(ctx, p.bootstrap.o.Role)
		return !awsapi.Is(err, awsapi.Denied, awsapi.UnknownKey, awsapi.NotThere) && !mayPass(err), err
	})
}

// roleSession returns a session of a profile's role that was issued after all was made.
func (p *proof) roleSession(ctx context.Context, t *target.Target) (credential.Credentials, error) {
	if s, ok := p.user.FindSession(t); ok {
		if s.Issued.After(p.lastMade()) {
			return s.Credentials, nil
		}
		if err := t.ForgetSessions(p.bootstrap.actor.Cache); err != nil {
			return s.Credentials, failure.New(failure.Other, "an old session could not be removed: %w", err)
		}
	}
	own, err := p.ownSession(ctx)
	if awsapi.Is(err, awsapi.Denied) {
		// It needs no permission, but some organizations deny it.
		p.bootstrap.run.Warn("AWS does not give %s a session of its own; the role is asked for directly, which takes another code", p.bootstrap.o.User)
		s, err := p.bootstrap.run.SessionOf(ctx, t, broker.Want{NewDevice: true})
		return s.Credentials, err
	}
	if err != nil {
		return credential.Credentials{}, err
	}
	var creds credential.Credentials
	err = p.until(ctx, "until AWS lets the role be assumed", func(ctx context.Context) (bool, error) {
		var err error
		creds, err = p.user.AssumeRole(ctx, t, own)
		return !awsapi.Is(err, awsapi.Denied, awsapi.UnknownKey) && !mayPass(err), err
	})
	if awsapi.Is(err, awsapi.Denied) {
		err = failure.New(failure.Refused, "AWS does not let %s assume the role %s: %s", p.bootstrap.o.User, awsapi.NameOf(t.Profile.RoleARN), err.Error()).
			Hint("check the role's trust policy, and policies, permissions boundaries and organization policies that deny it")
	}
	return creds, err
}

// ownSession returns a session of the user that one code pays for, whatever the roles.
func (p *proof) ownSession(ctx context.Context) (credential.Credentials, error) {
	if p.mfa.AccessKeyID != "" {
		return p.mfa, nil
	}
	p.user.NewDevice = true
	var err error
	p.mfa, err = p.user.GetMFASession(ctx, p.t, nil)
	return p.mfa, err
}

// lastMade is when the last thing was made or changed here. A session from
// before does not prove it.
func (p *proof) lastMade() (last time.Time) {
	for _, t := range p.bootstrap.journal.Things {
		if t.At.After(last) {
			last = t.At
		}
	}
	return last
}

// takeAlways takes the rights away that need no MFA, signed by the session of
// the role: that it can be had was just seen. What was not in the plan stays,
// for nobody saw it; that the key is not refused then tells of it.
func (p *proof) takeAlways(ctx context.Context) (outcome string, err error) {
	grants, err := p.bootstrap.findGrants(ctx)
	if err != nil {
		return "", err
	}
	for _, g := range grants {
		planned := slices.ContainsFunc(p.bootstrap.always, func(shown grant) bool {
			return shown.of == g.of && shown.name == g.name && shown.arn == g.arn
		})
		switch {
		case !g.always:
			continue
		case !planned:
			p.bootstrap.others = append(p.bootstrap.others, g)
			continue
		}
		if err := p.bootstrap.takeAway(ctx, p.role, g); err != nil {
			return "", err
		}
	}
	return "there are none now", nil
}

// keyAloneRefused shows that the key by itself may nothing any more.
func (p *proof) keyAloneRefused(ctx context.Context) (outcome string, err error) {
	limit := p.bootstrap.waits.settle
	if len(p.bootstrap.always) == 0 {
		limit = min(limit, unheard) // nothing was taken away that AWS would have to hear of
	}
	err = p.within(ctx, limit, "until AWS refuses the key by itself", func(ctx context.Context) (bool, error) {
		_, err := p.own.Users(ctx)
		switch {
		case awsapi.Is(err, awsapi.Denied):
			return true, nil
		case err == nil:
			return false, errNotRefused
		}
		return !awsapi.Is(err, awsapi.UnknownKey) && !mayPass(err), err
	})
	if errors.Is(err, errNotRefused) && len(p.bootstrap.others) == 0 && !p.t.IAMEndpoint().IsAWS("iam") {
		// The policies allow it nowhere: what answers here checks none, as
		// servers for trying things out do.
		p.bootstrap.out.Left = append(p.bootstrap.out.Left, "it could not be tested that the user's key is refused without MFA: this endpoint is not AWS's own and checks no policies")
		return "was not refused: this endpoint checks no policies", nil
	}
	if errors.Is(err, errNotRefused) {
		return "", failure.New(failure.Other, "the key of %s can still list the account's users without MFA", p.bootstrap.o.User).
			Hint("see which of the user's policies allows it: aws iam list-attached-user-policies --user-name %s --profile %s", say.ShellWord(p.bootstrap.o.User), say.ShellWord(p.bootstrap.o.Profile))
	}
	return "was refused, as it should be", err
}

// mayPass reports whether the same look may succeed a moment later.
func mayPass(err error) bool {
	return awsapi.Is(err, awsapi.Throttled, awsapi.Busy, awsapi.Failing, awsapi.Unreachable, awsapi.Garbled)
}

// unheard is how long a user who never had rights may seem to have some.
const unheard = 20 * time.Second

var errNotRefused = errors.New("AWS still accepts it")

// until repeats a look until it is done, as long as AWS may take to hear of a
// change. The last error is returned if it never is.
func (p *proof) until(ctx context.Context, what string, look func(context.Context) (done bool, err error)) error {
	return p.within(ctx, p.bootstrap.waits.settle, what, look)
}

func (p *proof) within(ctx context.Context, limit time.Duration, what string, look func(context.Context) (done bool, err error)) error {
	end, err := wait.For(ctx, p.bootstrap.up(limit, what), look)
	if end == wait.Interrupted {
		return failure.Interrupted("%s", what)
	}
	return err
}
