package fakeaws

import (
	"path"
	"strconv"
	"strings"
	"time"
)

// question is what policies are asked: may this caller do this to that, now.
type question struct {
	who      *caller
	now      time.Time
	action   string
	resource string
	context  map[string][]string // condition keys in lower case; an absent key is absent
}

// question fills in the condition keys that depend on the caller alone.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html
func (x *exchange) question(who *caller, action, resource string) *question {
	q := &question{who: who, now: x.now, action: action, resource: resource, context: map[string][]string{}}
	q.set("aws:CurrentTime", x.now.Format(time.RFC3339))
	q.set("aws:EpochTime", strconv.FormatInt(x.now.Unix(), 10))
	q.set("aws:PrincipalArn", who.principalARN())
	q.set("aws:PrincipalAccount", who.account.ID)
	q.set("aws:PrincipalType", who.principalType())
	q.set("aws:userid", who.userID())
	q.set("aws:RequestedRegion", x.call.Region)
	q.set("aws:SecureTransport", strconv.FormatBool(x.http.TLS != nil))
	if who.user != nil && !who.isRoot() {
		q.set("aws:username", path.Base(who.user.Name))
	}
	sess := who.session
	if sess == nil {
		return q // a long-term key has neither an issue time nor an MFA fact
	}
	q.set("aws:TokenIssueTime", sess.issued.Format(time.RFC3339))
	q.addMFA(sess.mfa, x.now)
	if sess.mfa.IsZero() {
		// AssumeRole's sessions never carry it on, even when the call had a code.
		// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_mfa_configure-api-require.html
		q.set("aws:MultiFactorAuthPresent", "false")
	}
	q.setUnlessEmpty("aws:SourceIdentity", sess.sourceIdentity)
	for key, value := range sess.tags {
		q.set("aws:PrincipalTag/"+key, value)
	}
	return q
}

// addMFA sets the facts of a code that was seen at the given time, if any.
func (q *question) addMFA(at, now time.Time) {
	if at.IsZero() {
		return
	}
	q.set("aws:MultiFactorAuthPresent", "true")
	q.set("aws:MultiFactorAuthAge", strconv.FormatInt(int64(now.Sub(at)/time.Second), 10))
}

func (q *question) set(key, value string) { q.context[strings.ToLower(key)] = []string{value} }

func (q *question) add(key, value string) {
	key = strings.ToLower(key)
	q.context[key] = append(q.context[key], value)
}

func (q *question) setUnlessEmpty(key, value string) {
	if value != "" {
		q.set(key, value)
	}
}

// verdict is what a set of policies says.
type verdict int

const (
	silent verdict = iota // an implicit deny
	allowed
	denied // an explicit deny; nothing overrides it
)

func (q *question) ask(docs []*document) verdict {
	found := silent
	for _, doc := range docs {
		for _, st := range doc.statements {
			if !st.applies(q) || !matchAny(st.resources, func(p pattern) bool { return p.match(q.resource, q.context) }, st.butRes) {
				continue
			}
			if st.effect == effectDeny {
				return denied
			}
			found = allowed
		}
	}
	return found
}

// applies holds the action and the conditions against the question; resource
// and principal are the caller's part.
func (st *statement) applies(q *question) bool {
	if !matchAny(st.actions, func(p pattern) bool { return p.matchFold(q.action) }, st.butActions) {
		return false
	}
	for _, c := range st.conditions {
		if !c.holds(q.context) {
			return false
		}
	}
	return true
}

func matchAny(patterns []pattern, match func(pattern) bool, negated bool) bool {
	for _, p := range patterns {
		if match(p) {
			return !negated
		}
	}
	return negated
}

// trusts asks the role's trust policy, and says by which name it knows the
// caller.
func (q *question) trusts(r *Role) (verdict, trustKind) {
	found, best := silent, trustNone
	for _, st := range recall(r.trustBefore, r.trust, q.now).statements {
		named := trustNone
		for _, p := range st.principals {
			named = max(named, p.matches(q.who))
		}
		if named == trustNone || !st.applies(q) {
			continue
		}
		if st.effect == effectDeny {
			return denied, named
		}
		found, best = allowed, max(best, named)
	}
	return found, best
}

// mayUseRole is the evaluation for AssumeRole. Within an account a trust
// policy that names the caller is enough; one that names the account leaves it
// to the caller's policies; across accounts both have to allow.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-single-account.html
func (q *question) mayUseRole(r *Role) bool {
	trust, named := q.trusts(r)
	identity := q.ask(q.who.identityPolicies(q.now))
	limit, boundary := q.sessionLimit(), q.boundaryLimit()
	if trust != allowed || identity == denied || limit == denied || boundary == denied {
		return false
	}
	if r.account != q.who.account || named == trustAccount {
		return identity == allowed && limit == allowed && boundary == allowed
	}
	return named == trustDirect || limit == allowed
}

// mayDo is the evaluation for resources that have no policy of their own.
func (q *question) mayDo() bool {
	return q.whyNot() == ""
}

// within asks policies that only limit; none limit nothing.
func (q *question) within(docs []*document) verdict {
	if docs == nil {
		return allowed
	}
	return q.ask(docs)
}

// sessionLimit asks the session policies.
func (q *question) sessionLimit() verdict { return q.within(q.who.sessionPolicies()) }

// boundaryLimit asks the permissions boundary.
func (q *question) boundaryLimit() verdict { return q.within(q.who.boundary()) }
