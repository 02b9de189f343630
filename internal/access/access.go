// Package access finds a way to call IAM for a key of the keychain: through the
// role of a profile, as the key itself, or with an MFA session of it. It takes the
// first way that AWS does not refuse, and asks for one code at most.
package access

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/broker"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/target"
	"github.com/awsbroker/awsbroker/internal/wait"
)

// Access finds out with what a user's access keys can be managed: a role's
// session that is in hand, the key itself, a session of the key with MFA, or
// a role's session made from that. It takes the first that AWS does not
// refuse, and asks for one code at most: the fact of MFA in a session of
// GetSessionToken holds for each role assumed with it.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
type Access struct {
	actor    *broker.Actor    // its own: nobody else's is changed
	targets  []*target.Target // the profiles of the key, the preferred one first
	userARN  string
	Object   string        // what is managed, if not the user's access keys
	Policy   string        // what would allow it, if not keyPolicy
	Patience time.Duration // how long IAM may take to learn of a new key
	Again    time.Duration // the pause before it is asked again
	Silent   bool          // nobody may be asked for a code

	ways    []Way       // not tried yet
	Client  *iam.Client // nil: the next way has to be tried
	Way     Way
	Saying  string // before it says which way it goes; empty: that the key can be replaced
	said    string
	base    credential.Credentials // the session with MFA, once there is one
	newKey  bool                   // the key is so young that IAM may not know it
	refused error                  // what AWS said to the last way
	tried   []string
}

// New returns the access of an actor to the IAM user whose ARN is userARN,
// through targets: the profiles of the key, the preferred one first. It works on
// a copy of the actor.
func New(actor *broker.Actor, targets []*target.Target, userARN string) *Access {
	a := &Access{actor: actor.Through(actor.Target), targets: targets, userARN: userARN, Patience: 2 * time.Minute, Again: time.Second}
	a.listWays()
	return a
}

// UseKey tells that another key has taken the place of the one that signed. A way
// that does not depend on the key goes on being used.
func (a *Access) UseKey(key credential.Credentials) {
	a.actor.AccessKey, a.newKey, a.base = key, true, credential.Credentials{}
	if a.Way.Own {
		a.Client = nil
	}
	a.listWays()
}

// Prefer makes creds, the session of t, the first way into IAM to be tried.
// Profiles whose MFA device has the serial number going are dropped, since that
// device is about to be removed.
func (a *Access) Prefer(t *target.Target, creds credential.Credentials, going string) {
	a.Client, a.base = nil, credential.Credentials{}
	a.targets = slices.Concat([]*target.Target{t}, slices.DeleteFunc(slices.Clone(a.targets), func(other *target.Target) bool {
		return other.Profile.MFASerial == going
	}))
	a.listWays()
	says := "with an MFA session of the key itself"
	if t.Profile.RoleARN != "" {
		says = a.throughRole(t)
	}
	a.ways = slices.Concat([]Way{{says: says, Target: t, creds: func(context.Context) (credential.Credentials, error) { return creds, nil }}}, a.ways)
}

// Do makes a call in the first way that AWS does not refuse. A call that
// creates something may be in it: what was refused was not done.
func (a *Access) Do(ctx context.Context, call func(context.Context, *iam.Client) error) error {
	for {
		if a.Client == nil {
			if err := a.tryNextWay(ctx); err != nil {
				return err
			}
		}
		err := a.whileKeyIsNew(ctx, call)
		if !awsapi.NotAllowed(err) {
			if err == nil {
				a.sayWay()
			}
			return err
		}
		a.actor.Broker.Debug("iam: not %s: %s", a.Way.says, err.Error())
		a.refused, a.Client = err, nil
	}
}

// IsOwn reports whether the key itself is what signs.
func (a *Access) IsOwn() bool { return a.Client != nil && a.Way.Own }

// Peek makes a call in the present way only: it is not worth a code.
func (a *Access) Peek(ctx context.Context, call func(context.Context, *iam.Client) error) error {
	if a.Client == nil {
		return errNotThisWay
	}
	return a.callOnce(ctx, call)
}

func (a *Access) callOnce(ctx context.Context, call func(context.Context, *iam.Client) error) error {
	ctx, cancel := context.WithTimeout(ctx, a.actor.CallLimit)
	defer cancel()
	return call(ctx, a.Client)
}

// whileKeyIsNew repeats a call for as long as IAM may not have heard of a new key.
func (a *Access) whileKeyIsNew(ctx context.Context, call func(context.Context, *iam.Client) error) error {
	up := wait.Up{To: a.Patience, Every: a.Again, Clock: a.actor.Broker.Clock}
	_, err := wait.For(ctx, up, func(ctx context.Context) (known bool, err error) {
		err = a.callOnce(ctx, call)
		return !a.Way.Own || !a.newKey || !awsapi.Is(err, awsapi.UnknownKey), err
	})
	return err
}

func (a *Access) tryNextWay(ctx context.Context) error {
	for len(a.ways) > 0 {
		a.Way, a.ways = a.ways[0], a.ways[1:]
		creds, err := a.Way.creds(ctx)
		if errors.Is(err, errNotThisWay) {
			continue
		}
		if !slices.Contains(a.tried, a.Way.says) {
			a.tried = append(a.tried, a.Way.says)
		}
		if awsapi.NotAllowed(err) {
			a.actor.Broker.Debug("sts: not %s: %s", a.Way.says, err.Error())
			a.refused = err
			continue
		}
		if err != nil {
			return err
		}
		a.Client, err = a.Way.Target.IAM(creds)
		return err
	}
	return a.explainDenied()
}

// sayWay says once by which way IAM is asked.
func (a *Access) sayWay() {
	if a.said != a.Way.says {
		a.said = a.Way.says
		a.actor.Broker.Report.Step(cmp.Or(a.Saying, "replacing the key") + " " + a.Way.says)
	}
}

// MayBeDone reports whether a call that failed may have been carried out.
func MayBeDone(err error) bool {
	if failure.Is(err) {
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

// explainDenied returns the failure of all ways, with what would open one.
func (a *Access) explainDenied() error {
	if a.refused == nil {
		a.refused = errors.New("there is no way to ask")
	}
	object := cmp.Or(a.Object, "the access keys of "+a.userARN)
	f := failure.New(failure.Refused, "AWS does not allow awsbroker to manage %s %s", object, strings.Join(a.tried, ", nor "))
	f.Cause = a.refused
	f.Hint("AWS says: %s", a.refused.Error())
	f.Hint("attach this policy to the user, or to a role that a profile of the key assumes: %s", cmp.Or(a.Policy, keyPolicy(a.userARN)))
	if !slices.ContainsFunc(a.targets, (*target.Target).HasDevice) {
		f.Hint("if AWS requires MFA, a profile needs the MFA device: awsbroker setup PROFILE --key %s", say.ShellWord(a.actor.Target.Profile.KeyName))
	}
	return f
}

// keyPolicy allows what a rotation needs, and no more.
// https://docs.aws.amazon.com/service-authorization/latest/reference/list_awsidentityandaccessmanagementiam.html
func keyPolicy(userARN string) string {
	return say.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["iam:ListAccessKeys","iam:GetAccessKeyLastUsed",`+
		`"iam:CreateAccessKey","iam:UpdateAccessKey","iam:DeleteAccessKey"],"Resource":%q}]}`, userARN)
}
