package fakeaws

import (
	"path"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws/policy"
)

// caller is who signed a request: root, a user, or a session of either or of a
// role.
type caller struct {
	account *Account
	user    *User      // nil in a role session
	key     *AccessKey // nil in a session
	session *session   // nil with a long-term key
}

// session is a set of temporary credentials.
type session struct {
	accessKeyID string
	secret      string
	token       string
	issued      time.Time
	expires     time.Time

	user *User      // of GetSessionToken
	key  *AccessKey // that called GetSessionToken
	mfa  time.Time  // when GetSessionToken saw a code; zero if it saw none

	signedIn bool // of `aws login`, which no key bought

	role           *Role // of AssumeRole
	chained        bool  // a session assumed the role, and not a key
	timed          bool  // with a DurationSeconds
	name           string
	sourceIdentity string
	tags           map[string]string
	transitive     []string
	policies       []*policy.Document // session policies; nil for none
}

func (c *caller) isRoot() bool        { return c.user != nil && c.user.isRoot() }
func (c *caller) isRoleSession() bool { return c.session != nil && c.session.role != nil }

// arn is what GetCallerIdentity and the refusals say. The session of a role
// with a path does not show the path.
func (c *caller) arn() string {
	if c.isRoleSession() {
		return c.account.arn("sts", "assumed-role/"+path.Base(c.session.role.Name)+"/"+c.session.name)
	}
	return c.user.ARN()
}

// principalARN is aws:PrincipalArn: for a role session the role's.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalarn
func (c *caller) principalARN() string {
	if c.isRoleSession() {
		return c.session.role.ARN()
	}
	return c.user.ARN()
}

// userID is aws:userid.
func (c *caller) userID() string {
	if c.isRoleSession() {
		return c.session.role.ID + ":" + c.session.name
	}
	return c.user.ID
}

func (c *caller) principalType() string {
	switch {
	case c.isRoot():
		return "Account"
	case c.isRoleSession():
		return "AssumedRole"
	}
	return "User"
}
