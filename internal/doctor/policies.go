package doctor

import (
	"cmp"
	"context"
	"strings"

	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/policy"
)

// policies are what somebody may do, as far as doctor wants to know.
type policies struct {
	admin   string            // the first policy that allows everything without MFA; empty if none does
	denied  bool              // what is done without MFA is denied
	signIn  string            // the first policy that allows `aws login`; empty if none does
	noLogin bool              // `aws login` is denied
	roles   map[string]string // of roles that trust the account: the first policy that allows to assume one without naming it
}

func (p *policies) add(name string, other *policies) {
	if p.admin == "" && other.admin != "" {
		p.admin = cmp.Or(name, other.admin)
	}
	if p.signIn == "" && other.signIn != "" {
		p.signIn = cmp.Or(name, other.signIn)
	}
	p.denied, p.noLogin = p.denied || other.denied, p.noLogin || other.noLogin
	for role, by := range other.roles {
		if p.roles == nil {
			p.roles = map[string]string{}
		}
		p.roles[role] = cmp.Or(p.roles[role], name, by)
	}
}

// policiesOf reads the inline and the managed policies of a user or a group;
// false if that is not allowed.
func (a *account) policiesOf(ctx context.Context, of iam.Holder) (*policies, bool) {
	all := &policies{}
	attached, err := a.iam.Attached(ctx, of)
	if err != nil {
		a.gap("attached policies", of.String(), err)
		return nil, false
	}
	for _, m := range attached {
		p, err := a.managed(ctx, m)
		if err != nil {
			a.gap("managed policies", m.Name, err)
			continue
		}
		all.add(m.Name, p)
	}
	names, err := a.iam.Inlines(ctx, of)
	if err != nil {
		a.gap("inline policies", of.String(), err)
		return all, true
	}
	for _, name := range names {
		text, err := a.iam.Inline(ctx, of, name)
		if err != nil {
			a.gap("inline policies", of.String(), err)
			continue
		}
		all.add(name, a.readPolicies(name, text))
	}
	return all, true
}

// managed reads a managed policy, once. AWS's AdministratorAccess is known.
func (a *account) managed(ctx context.Context, m iam.Attached) (*policies, error) {
	if strings.HasSuffix(m.ARN, ":iam::aws:policy/AdministratorAccess") {
		return &policies{admin: m.Name, signIn: m.Name}, nil
	}
	a.mu.Lock()
	p := a.documents[m.ARN]
	a.mu.Unlock()
	if p != nil {
		return p, nil
	}
	text, err := a.iam.ManagedDocument(ctx, m.ARN)
	if err != nil {
		return nil, err
	}
	p = a.readPolicies(m.Name, text)
	a.mu.Lock()
	a.documents[m.ARN] = p
	a.mu.Unlock()
	return p, nil
}

// readPolicies reads one document. One that cannot be read allows nothing.
func (a *account) readPolicies(name, text string) *policies {
	admin, denied := policy.Weigh(text)
	p := &policies{denied: denied}
	if admin {
		p.admin = name
	}
	login, noLogin := policy.WeighSignIn(text)
	if p.noLogin = noLogin; login {
		p.signIn = name
	}
	for _, role := range a.open {
		if policy.AllowsAnyRole(text, role.ARN) {
			p.roles = map[string]string{role.Name: name}
		}
	}
	return p
}
