package broker

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/prompt"
	"github.com/awsbroker/awsbroker/internal/session"
)

// iamAccess finds out with what a user's access keys can be managed: a role's
// session that is in hand, the key itself, a session of the key with MFA, or
// a role's session made from that. It takes the first that AWS does not
// refuse, and asks for one code at most: the fact of MFA in a session of
// GetSessionToken holds for each role assumed with it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
type iamAccess struct {
	*Actor             // its own: nobody else's is changed
	targets  []*Target // the profiles of the key, the preferred one first
	userARN  string
	object   string        // what is managed, if not the user's access keys
	policy   string        // what would allow it, if not keyPolicy
	patience time.Duration // how long IAM may take to learn of a new key
	again    time.Duration // the pause before it is asked again
	limit    time.Duration // of one call
	silent   bool          // nobody may be asked for a code

	ways    []accessWay // not tried yet
	client  *iam.Client // nil: the next way has to be tried
	way     accessWay
	saying  string // before it says which way it goes; empty: that the key can be replaced
	said    string
	base    credential.Credentials // the session with MFA, once there is one
	newKey  bool                   // the key is so young that IAM may not know it
	refused error                  // what AWS said to the last way
	tried   []string
}

// accessWay is one way to be somebody in IAM.
type accessWay struct {
	says  string // "through …", "with …"
	t     *Target
	own   bool // with the key itself
	user  bool // with a session of the user's own
	creds func(context.Context) (credential.Credentials, error)
}

// errNotThisWay means that a way is not open, and the next may be.
var errNotThisWay = errors.New("not this way")

// errSilent means that the next way would take a code.
var errSilent = errors.New("an MFA code is needed")

func newIAMAccess(actor *Actor, targets []*Target, userARN string) *iamAccess {
	a := &iamAccess{Actor: actor.through(actor.Target), targets: targets, userARN: userARN, patience: 2 * time.Minute, again: time.Second, limit: 45 * time.Second}
	a.restart()
	return a
}

// useKey is to be called when another key has taken the place of the one that
// signed. A way that does not depend on it goes on being used.
func (a *iamAccess) useKey(key credential.Credentials) {
	a.key, a.newKey, a.base = key, true, credential.Credentials{}
	if a.way.own {
		a.client = nil
	}
	a.restart()
}

// prefer a session that was got through a target's profile to all other ways,
// and leave out those that hang on a device that is about to go.
func (a *iamAccess) prefer(t *Target, creds credential.Credentials, going string) {
	a.client, a.base = nil, credential.Credentials{}
	a.targets = slices.Concat([]*Target{t}, slices.DeleteFunc(slices.Clone(a.targets), func(other *Target) bool {
		return other.Profile.MFASerial == going
	}))
	a.restart()
	says := "with an MFA session of the key itself"
	if t.Profile.RoleARN != "" {
		says = a.throughRole(t)
	}
	a.ways = slices.Concat([]accessWay{{says: says, t: t, creds: func(context.Context) (credential.Credentials, error) { return creds, nil }}}, a.ways)
}

func (a *iamAccess) restart() {
	a.ways = nil
	first := a.targets[0]
	for _, t := range a.targets {
		if a.atHome(t) {
			a.ways = append(a.ways, accessWay{says: a.throughRole(t) + " (session in hand)", t: t,
				creds: func(context.Context) (credential.Credentials, error) { return a.useInHand(t) }})
		}
	}
	a.ways = append(a.ways, accessWay{says: "with the key itself", t: first, own: true,
		creds: func(context.Context) (credential.Credentials, error) { return a.key, nil }})
	if i := slices.IndexFunc(a.targets, (*Target).hasDevice); i >= 0 {
		t := a.targets[i]
		a.mfaInHand(t)
		a.ways = append(a.ways, accessWay{says: "with an MFA session of the key itself", t: t, user: true,
			creds: func(ctx context.Context) (credential.Credentials, error) { return a.withMFA(ctx, t) }})
	}
	a.assumeRoles("")
}

// assumeRoles with the MFA session that there is by then, or else the key.
func (a *iamAccess) assumeRoles(with string) {
	var roles []string
	for _, t := range a.targets {
		if a.atHome(t) && !t.Profile.Chained() && !slices.Contains(roles, t.Profile.RoleARN) {
			roles = append(roles, t.Profile.RoleARN)
			a.ways = append(a.ways, accessWay{says: a.throughRole(t) + with, t: t,
				creds: func(ctx context.Context) (credential.Credentials, error) {
					if with != "" && a.base.AccessKeyID == "" {
						return credential.Credentials{}, errNotThisWay
					}
					return a.assume(ctx, t)
				}})
		}
	}
}

// mfaInHand uses an MFA session that lives, before a code is asked for: as
// itself, and to assume the roles with it. A new key has none.
func (a *iamAccess) mfaInHand(t *Target) {
	if m := t.mfaSession(0); !a.newKey {
		a.ways = append(a.ways, accessWay{says: "with the MFA session in hand", t: t, user: true,
			creds: func(context.Context) (creds credential.Credentials, err error) {
				a.base, err = a.useInHand(m)
				return a.base, err
			}})
		a.assumeRoles(" (MFA session in hand)")
	}
}

// atHome reports whether a profile has a role in the account of the user. One
// in another account may well manage a user of the same name: another one.
func (a *iamAccess) atHome(t *Target) bool {
	if t.Profile.RoleARN == "" {
		return false
	}
	home, _ := awsapi.SplitARN(a.userARN)
	account, _ := awsapi.SplitARN(t.Profile.RoleARN)
	return home == "" || account == home
}

func (a *iamAccess) throughRole(t *Target) string {
	_, role := awsapi.SplitARN(t.Profile.RoleARN)
	return "through the role " + prompt.Clean(role)
}

// do makes a call in the first way that AWS does not refuse. A call that
// creates something may be in it: what was refused was not done.
func (a *iamAccess) do(ctx context.Context, call func(context.Context, *iam.Client) error) error {
	for {
		if a.client == nil {
			if err := a.next(ctx); err != nil {
				return err
			}
		}
		err := a.patiently(ctx, call)
		if !awsapi.NotAllowed(err) {
			if err == nil {
				a.say()
			}
			return err
		}
		a.debug("iam: not %s: %s", a.way.says, prompt.Clean(err.Error()))
		a.refused, a.client = err, nil
	}
}

// peek makes a call in the present way only: it is not worth a code.
func (a *iamAccess) peek(ctx context.Context, call func(context.Context, *iam.Client) error) error {
	if a.client == nil {
		return errNotThisWay
	}
	return a.once(ctx, call)
}

func (a *iamAccess) once(ctx context.Context, call func(context.Context, *iam.Client) error) error {
	ctx, cancel := context.WithTimeout(ctx, a.limit)
	defer cancel()
	return call(ctx, a.client)
}

// patiently repeats a call for as long as IAM may not have heard of the key.
func (a *iamAccess) patiently(ctx context.Context, call func(context.Context, *iam.Client) error) error {
	end := time.Now().Add(a.patience)
	for {
		err := a.once(ctx, call)
		var e *awsapi.Error
		if !a.way.own || !a.newKey || !errors.As(err, &e) || e.Reason != awsapi.UnknownKey {
			return err
		}
		if time.Now().After(end) || !session.Pause(ctx, a.again) {
			return err
		}
	}
}

func (a *iamAccess) next(ctx context.Context) error {
	for len(a.ways) > 0 {
		a.way, a.ways = a.ways[0], a.ways[1:]
		creds, err := a.way.creds(ctx)
		if errors.Is(err, errNotThisWay) {
			continue
		}
		if !slices.Contains(a.tried, a.way.says) {
			a.tried = append(a.tried, a.way.says)
		}
		if awsapi.NotAllowed(err) {
			a.debug("sts: not %s: %s", a.way.says, prompt.Clean(err.Error()))
			a.refused = err
			continue
		}
		if err != nil {
			return err
		}
		a.client, err = a.way.t.iamAs(creds)
		return err
	}
	return a.denied()
}

// say which way it goes, once.
func (a *iamAccess) say() {
	if a.said != a.way.says {
		a.said = a.way.says
		a.Report.Step(cmp.Or(a.saying, "the key is replaced") + " " + a.way.says)
	}
}

// mayBeDone reports whether a call that failed may have been carried out.
func mayBeDone(err error) bool {
	var f *Failure
	if errors.As(err, &f) {
		return false // the way to IAM was refused, or nobody gave a code
	}
	var e *awsapi.Error
	if !errors.As(err, &e) {
		return true
	}
	switch e.Reason {
	case awsapi.Unreachable, awsapi.Garbled, awsapi.Failing, awsapi.Redirected:
		return e.Sent
	}
	return false
}

// useInHand is the way of a session that is there already.
func (a *iamAccess) useInHand(t *Target) (credential.Credentials, error) {
	creds, ok := a.inHand(t)
	if !ok {
		return credential.Credentials{}, errNotThisWay
	}
	return creds, nil
}

// withMFA gets an MFA session of the key, with a code if need be. Whoever asked
// for one meanwhile may have made the question superfluous.
func (a *iamAccess) withMFA(ctx context.Context, t *Target) (credential.Credentials, error) {
	if a.silent {
		return credential.Credentials{}, errSilent
	}
	another := false
	creds, err := a.getMFASession(ctx, t, a.limit, func() (creds credential.Credentials, ok bool) {
		creds, another = a.roleInHand()
		return creds, another
	})
	if !another {
		a.base = creds
	}
	return creds, err
}

// roleInHand makes a role's session that another process has got meanwhile the
// way that is tried.
func (a *iamAccess) roleInHand() (credential.Credentials, bool) {
	for _, other := range a.targets {
		says := a.throughRole(other) + " (session in hand)"
		if !a.atHome(other) || slices.Contains(a.tried, says) {
			continue
		}
		if creds, ok := a.inHand(other); ok {
			a.way.says, a.way.t, a.way.user = says, other, false
			return creds, true
		}
	}
	return credential.Credentials{}, false
}

// assume the profile's role, by the MFA session that there is by now, or else
// by the key.
func (a *iamAccess) assume(ctx context.Context, t *Target) (credential.Credentials, error) {
	by := a.base
	if by.AccessKeyID == "" {
		if t.hasDevice() {
			return by, errNotThisWay
		}
		by = a.key
	}
	return a.assumeRole(ctx, t, by, a.limit)
}

// denied says that no way is open, and what would open one.
func (a *iamAccess) denied() error {
	if a.refused == nil {
		a.refused = errors.New("there is no way to ask")
	}
	object := cmp.Or(a.object, "the access keys of "+prompt.Clean(a.userARN))
	f := failed(Refused, "AWS does not let %s be managed %s", object, strings.Join(a.tried, ", nor "))
	f.cause = a.refused
	f.hint("AWS says: %s", prompt.Clean(a.refused.Error()))
	f.hint("give this policy to the user, or to a role that a profile of the key assumes: %s", cmp.Or(a.policy, keyPolicy(a.userARN)))
	if !slices.ContainsFunc(a.targets, (*Target).hasDevice) {
		f.hint("where MFA is demanded, a profile has to name the device: awsbroker setup PROFILE --key %s", ShellWord(a.Profile.KeyName))
	}
	return f
}

// keyPolicy allows what a rotation needs, and no more.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
func keyPolicy(userARN string) string {
	return fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:ListAccessKeys","iam:GetAccessKeyLastUsed",`+
		`"iam:CreateAccessKey","iam:UpdateAccessKey","iam:DeleteAccessKey"],"Resource":%q}]}`, prompt.Clean(userARN))
}
