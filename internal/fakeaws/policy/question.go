package policy

import "strings"

// Question is what policies are asked: may this caller do this to that, now.
type Question struct {
	Who      Caller
	Action   string // service:Action
	Resource string // an ARN
	context  map[string][]string
}

// Set gives a condition key its value. A key that is never set is absent.
func (q *Question) Set(key, value string) {
	if q.context == nil {
		q.context = map[string][]string{}
	}
	q.context[strings.ToLower(key)] = []string{value}
}

// Add gives a condition key one more value.
func (q *Question) Add(key, value string) {
	before := q.context[strings.ToLower(key)]
	q.Set(key, value)
	q.context[strings.ToLower(key)] = append(before, value)
}

// SetUnlessEmpty is Set for a value that there may not be.
func (q *Question) SetUnlessEmpty(key, value string) {
	if value != "" {
		q.Set(key, value)
	}
}

// verdict is what a set of policies says.
type verdict int

const (
	silent verdict = iota // an implicit deny
	allowed
	denied // an explicit deny; nothing overrides it
)

func (q *Question) ask(docs []*Document) verdict {
	found := silent
	for _, doc := range docs {
		for _, st := range doc.statements {
			if !st.applies(q) || !matchAny(st.resources, func(p pattern) bool { return p.match(q.Resource, q.context) }, st.butRes) {
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

// within asks policies that only limit; none limit nothing.
func (q *Question) within(docs []*Document) verdict {
	if docs == nil {
		return allowed
	}
	return q.ask(docs)
}

// trusts asks a role's trust policy, and says by which name it knows the
// caller.
func (q *Question) trusts(trust *Document) (verdict, naming) {
	found, best := silent, unnamed
	for _, st := range trust.statements {
		named := unnamed
		for _, p := range st.principals {
			named = max(named, p.matches(q.Who))
		}
		if named == unnamed || !st.applies(q) {
			continue
		}
		if st.effect == effectDeny {
			return denied, named
		}
		found, best = allowed, max(best, named)
	}
	return found, best
}

// applies holds the action and the conditions against the question; resource
// and principal are the caller's part.
func (st *statement) applies(q *Question) bool {
	if !matchAny(st.actions, func(p pattern) bool { return p.matchFold(q.Action) }, st.butActions) {
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
