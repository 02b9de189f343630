package target

import (
	"time"

	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/session"
)

// An MFA session is one of GetSessionToken for which a code was given. The
// fact of MFA is in it, and in AWS's eyes so it is in each request to assume a
// role that it signs; the sessions of these roles end after one hour.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html

// LongestFromSession is the longest session of a role that a session can ask for.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles.html#iam-term-role-chaining
const LongestFromSession = time.Hour

// The lives of an MFA session that AWS makes.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
const (
	ShortestMFASession = 15 * time.Minute
	longestMFASession  = 36 * time.Hour
)

// SigningLeft is the life that a session must have left to sign for another one. The
// other one may outlive it.
const SigningLeft = 30 * time.Second

// withMFASession makes a target get its sessions through an MFA session, if
// its profile says so and AWS allows it.
func (t *Target) withMFASession() {
	p := t.Profile
	switch {
	case p.MFASession == 0 || p.MFASerial == "":
	case p.RoleARN == "":
		*t = *t.MFATarget(p.MFASession)
		t.Serves = nil
	case !t.NeedsOwnCode():
		t.From = t.MFATarget(p.MFASession)
	}
}

// NeedsOwnCode reports whether the sessions of a role are longer than those
// that an MFA session can ask for.
func (t *Target) NeedsOwnCode() bool { return t.Profile.Duration > LongestFromSession }

// MFATarget returns the target whose session is the MFA session of t's key and device,
// with that life.
func (t *Target) MFATarget(life time.Duration) *Target {
	p := *t.Profile
	p.RoleARN, p.Duration, p.RoleSession = "", life, config.RoleSession{}
	return &Target{Profile: &p, Key: t.Key, Endpoint: t.Endpoint, MFA: true, Serves: []*Target{t}}
}

// mfaKey returns the name under which the MFA session is cached. All roles and profiles
// of the key share the session, for whatever life it was asked.
func (t *Target) mfaKey() string {
	return session.CacheKey("mfa", cacheVersion, t.Key.AccessKeyID, t.Profile.MFASerial, endpointKey(t.Endpoint))
}

// ThroughMFASession reports whether the target's sessions come from an MFA
// session, or are one.
func (t *Target) ThroughMFASession() bool {
	first := t.First()
	return first.MFA && !first.Passing
}
