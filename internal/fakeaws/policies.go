package fakeaws

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws/policy"
)

// Policies are what is attached to a user, a group or a role.
type Policies struct {
	server   *Server
	account  *Account
	inline   map[string]*policy.Document
	attached []string // ARNs of managed policies
	boundary string   // ARN of the permissions boundary of a user or role; "" for none
	before   []past[[]*policy.Document]
}

type managedPolicy struct {
	name        string // with its path in front
	id          string // ANPA…
	description string
	created     time.Time
	versions    []*policyVersion
	count       int    // of versions there ever were
	inUse       string // the id of the default version
}

type policyVersion struct {
	id       string // v1…
	document *policy.Document
	created  time.Time
}

// PutPolicy sets an inline policy. A document that this package cannot
// evaluate in full is an error.
func (p *Policies) PutPolicy(name, text string) error {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	doc, err := policy.Parse(text, policy.Identity, p.server.find)
	if err != nil {
		return fmt.Errorf("policy %q: %w", name, err)
	}
	p.setInline(name, doc)
	p.before = nil
	return nil
}

func (p *Policies) setInline(name string, doc *policy.Document) {
	if p.inline == nil {
		p.inline = map[string]*policy.Document{}
	}
	p.inline[name] = doc
}

// remember has to come before each change that is made through the API.
func (p *Policies) remember(now time.Time) {
	p.before = keep(p.before, p.documents(), now, p.server.lag.Policies)
}

// deciding are the documents that decide now, which may be those from before
// the last change.
func (p *Policies) deciding(now time.Time) []*policy.Document {
	return recall(p.before, p.documents(), now)
}

// encoded is how IAM answers with a document: percent-encoded by RFC 3986.
func encoded(doc *policy.Document) string {
	return strings.ReplaceAll(url.QueryEscape(doc.Text), "+", "%20")
}

// DeletePolicy removes an inline policy.
func (p *Policies) DeletePolicy(name string) {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	delete(p.inline, name)
	p.before = nil
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
	p.before = nil
	return nil
}

// SetBoundary makes a managed policy the permissions boundary of a user or a
// role: what it does not allow, they may not, whatever their policies say.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_boundaries.html
func (p *Policies) SetBoundary(arn string) error {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	if p.account.managed[arn] == nil {
		return fmt.Errorf("no managed policy %q", arn)
	}
	p.boundary = arn
	return nil
}

// limit is the permissions boundary; nil for none.
func (p *Policies) limit() []*policy.Document {
	if p.boundary == "" {
		return nil
	}
	return []*policy.Document{p.account.managed[p.boundary].document()}
}

// DetachPolicy undoes AttachPolicy.
func (p *Policies) DetachPolicy(arn string) {
	p.server.mu.Lock()
	defer p.server.mu.Unlock()
	p.attached = slices.DeleteFunc(p.attached, func(have string) bool { return have == arn })
	p.before = nil
}

func (p *Policies) documents() []*policy.Document {
	var docs []*policy.Document
	for _, doc := range p.inline {
		docs = append(docs, doc)
	}
	for _, arn := range p.attached {
		docs = append(docs, p.account.managed[arn].document())
	}
	return docs
}
