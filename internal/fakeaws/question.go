package fakeaws

import (
	"path"
	"strconv"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws/policy"
)

// question fills in the condition keys that depend on the caller alone.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
func (x *exchange) question(who *caller, action, resource string) *policy.Question {
	q := &policy.Question{Who: who.inPolicies(), Action: action, Resource: resource}
	q.Set("aws:CurrentTime", x.now.Format(time.RFC3339))
	q.Set("aws:EpochTime", strconv.FormatInt(x.now.Unix(), 10))
	q.Set("aws:PrincipalArn", who.principalARN())
	q.Set("aws:PrincipalAccount", who.account.ID)
	q.Set("aws:PrincipalType", who.principalType())
	q.Set("aws:userid", who.userID())
	q.Set("aws:RequestedRegion", x.call.Region)
	q.Set("aws:SecureTransport", strconv.FormatBool(x.http.TLS != nil))
	if who.user != nil && !who.isRoot() {
		q.Set("aws:username", path.Base(who.user.Name))
	}
	sess := who.session
	if sess == nil {
		return q // a long-term key has neither an issue time nor an MFA fact
	}
	q.Set("aws:TokenIssueTime", sess.issued.Format(time.RFC3339))
	if sess.mfa.IsZero() {
		// AssumeRole's sessions never carry it on, even when the call had a code.
		// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
		q.Set("aws:MultiFactorAuthPresent", "false")
	}
	addMFA(q, sess.mfa, x.now)
	q.SetUnlessEmpty("aws:SourceIdentity", sess.sourceIdentity)
	for key, value := range sess.tags {
		q.Set("aws:PrincipalTag/"+key, value)
	}
	return q
}

// addMFA sets the facts of a code that was seen at the given time, if any.
func addMFA(q *policy.Question, at, now time.Time) {
	if at.IsZero() {
		return
	}
	q.Set("aws:MultiFactorAuthPresent", "true")
	q.Set("aws:MultiFactorAuthAge", strconv.FormatInt(int64(now.Sub(at)/time.Second), 10))
}

// inPolicies is the caller as policies know one.
func (c *caller) inPolicies() policy.Caller {
	in := policy.Caller{Account: c.account.ID, ARN: c.arn()}
	if c.isRoleSession() {
		in.Role = c.session.role.ID
	} else {
		in.User = c.user.ID
	}
	return in
}

// policies are those that decide what the caller may do.
func (c *caller) policies(now time.Time) policy.Set {
	set := policy.Set{}
	if c.isRoleSession() {
		set.Identity, set.Boundary = c.session.role.Policies.deciding(now), c.session.role.Policies.limit()
	} else {
		set.Identity, set.Boundary = c.user.identityPolicies(now), c.user.Policies.limit()
	}
	if c.session != nil {
		set.Session = c.session.policies
	}
	return set
}

// whyNot asks the caller's policies; root's word is enough.
func (x *exchange) whyNot(who *caller, q *policy.Question) policy.Refusal {
	if who.isRoot() {
		return ""
	}
	return q.WhyNot(who.policies(x.now))
}

// find looks up the principals of a policy.
func (s *Server) find(partition, account, kind, name string) (id string) {
	a := s.accounts[account]
	if a == nil || partition != "" && partition != a.Partition {
		return ""
	}
	switch {
	case kind == "root":
		return a.ID
	case kind == "user" && a.users[name] != nil:
		return a.users[name].ID
	case kind == "role" && a.roles[name] != nil:
		return a.roles[name].ID
	}
	return ""
}
