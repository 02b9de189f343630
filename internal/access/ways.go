package access

import (
	"context"
	"errors"
	"slices"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/target"
)

// Way is one way to be somebody in IAM.
type Way struct {
	says   string // "through …", "with …"
	Target *target.Target
	Own    bool // with the key itself
	User   bool // with a session of the user's own
	creds  func(context.Context) (credential.Credentials, error)
}

// errNotThisWay means that a way is not open, and the next may be.
var errNotThisWay = errors.New("not this way")

// ErrSilent means that the next way would take a code.
var ErrSilent error = failure.New(failure.NeedPerson, "an MFA code is needed")

func (a *Access) listWays() {
	a.ways = nil
	first := a.targets[0]
	for _, t := range a.targets {
		if a.isAtHome(t) {
			a.ways = append(a.ways, Way{says: a.throughRole(t) + " (cached session)", Target: t,
				creds: func(context.Context) (credential.Credentials, error) { return a.useInHand(t) }})
		}
	}
	a.ways = append(a.ways, Way{says: "with the key itself", Target: first, Own: true,
		creds: a.openKey})
	if i := slices.IndexFunc(a.targets, (*target.Target).HasDevice); i >= 0 {
		t := a.targets[i]
		a.useMFAInHand(t)
		a.ways = append(a.ways, Way{says: "with an MFA session of the key itself", Target: t, User: true,
			creds: func(ctx context.Context) (credential.Credentials, error) { return a.getMFASession(ctx, t) }})
	}
	a.assumeRoles("")
}

// assumeRoles adds the ways that assume a role, by the MFA session that there is
// when they are tried, or else by the key.
func (a *Access) assumeRoles(with string) {
	var roles []string
	for _, t := range a.targets {
		if a.isAtHome(t) && !t.Profile.Chained() && !slices.Contains(roles, t.Profile.RoleARN) {
			roles = append(roles, t.Profile.RoleARN)
			a.ways = append(a.ways, Way{says: a.throughRole(t) + with, Target: t,
				creds: func(ctx context.Context) (credential.Credentials, error) {
					if with != "" && a.base.AccessKeyID == "" {
						return credential.Credentials{}, errNotThisWay
					}
					return a.assumeRole(ctx, t)
				}})
		}
	}
}

// useMFAInHand adds the ways of a cached MFA session, which come before those that
// take a code: as itself, and to assume roles. A new key has no such session.
func (a *Access) useMFAInHand(t *target.Target) {
	if !a.newKey {
		a.ways = append(a.ways, Way{says: "with the cached MFA session", Target: t, User: true,
			creds: func(context.Context) (credential.Credentials, error) {
				s, ok := a.actor.FindMFASession(t)
				if !ok {
					return credential.Credentials{}, errNotThisWay
				}
				a.base = s.Credentials
				return a.base, nil
			}})
		a.assumeRoles(" (cached MFA session)")
	}
}

// isAtHome reports whether a profile has a role in the account of the user. One
// in another account may well manage a user of the same name: another one.
func (a *Access) isAtHome(t *target.Target) bool {
	if t.Profile.RoleARN == "" {
		return false
	}
	home, _ := awsapi.SplitARN(a.userARN)
	account, _ := awsapi.SplitARN(t.Profile.RoleARN)
	return home == "" || account == home
}

func (a *Access) throughRole(t *target.Target) string {
	_, role := awsapi.SplitARN(t.Profile.RoleARN)
	return "through the role " + role
}

// useInHand returns the session of a target that is cached already.
func (a *Access) useInHand(t *target.Target) (credential.Credentials, error) {
	s, ok := a.actor.FindSession(t)
	if !ok {
		return credential.Credentials{}, errNotThisWay
	}
	return s.Credentials, nil
}

// getMFASession gets an MFA session of the key, with a code if need be. Whoever asked
// for one meanwhile may have made the question superfluous.
func (a *Access) getMFASession(ctx context.Context, t *target.Target) (credential.Credentials, error) {
	if a.Silent {
		return credential.Credentials{}, ErrSilent
	}
	if _, err := a.openKey(ctx); err != nil {
		return credential.Credentials{}, err
	}
	another := false
	creds, err := a.actor.GetMFASession(ctx, t, func() (creds credential.Credentials, ok bool) {
		creds, another = a.findRoleInHand()
		return creds, another
	})
	if !another {
		a.base = creds
	}
	return creds, err
}

// findRoleInHand makes a role's session that another process has got meanwhile the
// way that is tried.
func (a *Access) findRoleInHand() (credential.Credentials, bool) {
	for _, other := range a.targets {
		says := a.throughRole(other) + " (cached session)"
		if !a.isAtHome(other) || slices.Contains(a.tried, says) {
			continue
		}
		if s, ok := a.actor.FindSession(other); ok {
			a.Way.says, a.Way.Target, a.Way.User = says, other, false
			return s.Credentials, true
		}
	}
	return credential.Credentials{}, false
}

// assumeRole gets a session of the profile's role, by the MFA session that there is
// by now, or else by the key.
func (a *Access) assumeRole(ctx context.Context, t *target.Target) (credential.Credentials, error) {
	by := a.base
	if by.AccessKeyID == "" {
		if t.HasDevice() {
			return by, errNotThisWay
		}
		var err error
		if by, err = a.openKey(ctx); err != nil {
			return by, err
		}
	}
	return a.actor.AssumeRole(ctx, t, by)
}

// openKey returns the access key itself, which may not have been needed so far: the
// keychain may ask for a passphrase, and a session in hand asks for nothing.
func (a *Access) openKey(ctx context.Context) (credential.Credentials, error) {
	if a.actor.AccessKey.AccessKeyID == "" {
		if err := a.actor.OpenKey(ctx); err != nil {
			return credential.Credentials{}, err
		}
	}
	return a.actor.AccessKey, nil
}
