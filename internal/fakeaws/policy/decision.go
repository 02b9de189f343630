package policy

// Set are the policies of one caller.
type Set struct {
	Identity []*Document // of the user and its groups, or of the role
	Session  []*Document // passed with AssumeRole; nil for no limit
	Boundary []*Document // the permissions boundary; nil for no limit
}

// Refusal says which policies refused.
type Refusal string

// Refusals, "" for none.
const (
	SilentIdentity   Refusal = "silent identity"
	SilentSession    Refusal = "silent session"
	DeniedByIdentity Refusal = "denied by identity"
	DeniedBySession  Refusal = "denied by session"
	SilentBoundary   Refusal = "silent boundary"
	DeniedByBoundary Refusal = "denied by boundary"
)

// WhyNot is the evaluation for resources that have no policy of their own; ""
// for yes.
func (q *Question) WhyNot(own Set) Refusal {
	identity, limit, boundary := q.ask(own.Identity), q.within(own.Session), q.within(own.Boundary)
	switch {
	case identity == denied:
		return DeniedByIdentity
	case limit == denied:
		return DeniedBySession
	case boundary == denied:
		return DeniedByBoundary
	case identity != allowed:
		return SilentIdentity
	case limit != allowed:
		return SilentSession
	case boundary != allowed:
		return SilentBoundary
	}
	return ""
}

// MayAssume is the evaluation for AssumeRole of a role in the given account.
// Within an account a trust policy that names the caller is enough; one that
// names the account leaves it to the caller's policies; across accounts both
// have to allow.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic_policy-eval-basics-single-account.html
func (q *Question) MayAssume(account string, trust *Document, own Set) bool {
	says, named := q.trusts(trust)
	identity, limit, boundary := q.ask(own.Identity), q.within(own.Session), q.within(own.Boundary)
	if says != allowed || identity == denied || limit == denied || boundary == denied {
		return false
	}
	if account != q.Who.Account || named == byAccount {
		return identity == allowed && limit == allowed && boundary == allowed
	}
	return named == byName || limit == allowed
}
