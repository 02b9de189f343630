package broker

import (
	"fmt"
	"time"

	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/say"
	"github.com/awsbroker/awsbroker/internal/session"
)

// An MFA session is one of GetSessionToken for which a code was given. The
// fact of MFA is in it, and in AWS's eyes so it is in each request to assume a
// role that it signs; the sessions of these roles end after one hour.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html

// longestFromSession is the longest session of a role that a session can ask for.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining
const longestFromSession = time.Hour

// The lives of an MFA session that AWS makes.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
const (
	shortestMFASession = 15 * time.Minute
	longestMFASession  = 36 * time.Hour
)

// signingLeft is the life that a session must have left to sign for another one. The
// other one may outlive it.
const signingLeft = 30 * time.Second

// withMFASession makes a target get its sessions through an MFA session, if
// its profile says so and AWS allows it.
func (t *Target) withMFASession() {
	p := t.Profile
	switch {
	case p.MFASession == 0 || p.MFASerial == "":
	case p.RoleARN == "":
		*t = *t.MFATarget(p.MFASession)
		t.serves = nil
	case !t.NeedsOwnCode():
		t.From = t.MFATarget(p.MFASession)
	}
}

// NeedsOwnCode reports whether the sessions of a role are longer than those
// that an MFA session can ask for.
func (t *Target) NeedsOwnCode() bool { return t.Profile.Duration > longestFromSession }

// MFATarget returns the target whose session is the MFA session of t's key and device,
// with that life.
func (t *Target) MFATarget(life time.Duration) *Target {
	p := *t.Profile
	p.RoleARN, p.Duration, p.RoleSession = "", life, config.RoleSession{}
	return &Target{Profile: &p, Key: t.Key, Endpoint: t.Endpoint, mfa: true, serves: []*Target{t}}
}

// mfaKey returns the name under which the MFA session is cached. All roles and profiles
// of the key share the session, for whatever life it was asked.
func (t *Target) mfaKey() string {
	return session.CacheKey("mfa", cacheVersion, t.Key.AccessKeyID, t.Profile.MFASerial, endpointKey(t.Endpoint))
}

// throughMFASession reports whether the target's sessions come from an MFA
// session, or are one.
func (t *Target) throughMFASession() bool {
	first := t.first()
	return first.mfa && !first.passing
}

// checkFor looks at what login --for says.
func (t *Target) checkFor(want Want) error {
	p, name, life := t.Profile, t.Profile.Name, want.For
	switch {
	case life == 0:
		return nil
	case life < shortestMFASession || life > longestMFASession:
		return failure.New(failure.Usage, "an MFA session lasts from 15 minutes to 36 hours, not %s", lineOf(life))
	case t.throughMFASession(), want.ForSome:
		return nil
	case t.From != nil:
		return t.From.checkFor(want)
	case p.MFASerial == "":
		return failure.New(failure.Usage, "profile %s has no MFA device, so it has no MFA session to last %s", name, say.Duration(life))
	case p.MFASession > 0:
		return failure.New(failure.Usage, "profile %s has sessions of %s, which need their own code, because sessions through an MFA session end after one hour", name, say.Duration(p.Duration)).
			Hint("leave out --for, or set duration_seconds = 1h in that profile")
	}
	return failure.New(failure.Usage, "profile %s has no MFA session, so the role decides how long its session lasts", name).
		Hint("give it one: awsbroker setup %s --mfa-session %s", failure.SetupWord(name), lineOf(life))
}

// lineOf returns a duration as it is written in the config file.
func lineOf(d time.Duration) string {
	switch {
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", d/time.Hour)
	case d%time.Minute == 0:
		return fmt.Sprintf("%dm", d/time.Minute)
	}
	return d.String()
}

// sharing is what targets must have in common to share one code.
type sharing struct {
	key, device, endpoint string
}

// sharing returns what the target could share a code by. ok is false if its session
// takes no code, or a code of its own.
func (t *Target) sharing() (how sharing, ok bool) {
	p := t.Profile
	return sharing{p.KeyName, p.MFASerial, endpointKey(t.Endpoint)}, t.TakesCode() && p.RoleARN != "" && !t.NeedsOwnCode()
}
