package fakeaws

import (
	"fmt"
	"slices"
)

// Policies are what is attached to a user, a group or a role.
type Policies struct {
	server   *Server
	account  *Account
	inline   map[string]*document
	attached []string // ARNs of managed policies
}

type managedPolicy struct {
	name     string
	document *document
}

// PutPolicy sets an inline policy. A document that this package cannot
// evaluate in full is an error.
func (p *Policies) PutPolicy(name, policy string) error {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	doc, err := parsePolicy(policy, identityPolicy, p.server)
	if err != nil {
		return fmt.Errorf("policy %q: %w", name, err)
	}
	if p.inline == nil {
		p.inline = map[string]*document{}
	}
	p.inline[name] = doc
	return nil
}

// DeletePolicy removes an inline policy.
func (p *Policies) DeletePolicy(name string) {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	delete(p.inline, name)
}

// AttachPolicy attaches a managed policy of the account or of AWS.
func (p *Policies) AttachPolicy(arn string) error {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	if p.account.managed[arn] == nil {
		return fmt.Errorf("no managed policy %q", arn)
	}
	if !slices.Contains(p.attached, arn) {
		p.attached = append(p.attached, arn)
	}
	return nil
}

// DetachPolicy undoes AttachPolicy.
func (p *Policies) DetachPolicy(arn string) {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	p.attached = slices.DeleteFunc(p.attached, func(have string) bool { return have == arn })
}

func (p *Policies) documents() []*document {
	var docs []*document
	for _, doc := range p.inline {
		docs = append(docs, doc)
	}
	for _, arn := range p.attached {
		docs = append(docs, p.account.managed[arn].document)
	}
	return docs
}

// awsManagedPolicies are those of AWS's own policies that this package knows.
// https://docs.aws.amazon.com/aws-managed-policy/latest/reference/AdministratorAccess.html
func awsManagedPolicies(partition string) map[string]*managedPolicy {
	all := newStatement(effectAllow)
	all.actions = []pattern{literalPattern("*")}
	all.resources = []pattern{literalPattern("*")}
	return map[string]*managedPolicy{
		"arn:" + partition + ":iam::aws:policy/AdministratorAccess": {
			name: "AdministratorAccess", document: &document{statements: []*statement{all}},
		},
	}
}
