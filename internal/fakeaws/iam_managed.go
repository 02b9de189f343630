package fakeaws

import (
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws/policy"
)

// versionsPerPolicy is a quota.
const versionsPerPolicy = 5

// managedSize is the limit for the document of a managed policy.
const managedSize = 6144

type policyXML struct {
	PolicyName                    string
	PolicyID                      string `xml:"PolicyId"`
	Arn                           string
	Path                          string
	DefaultVersionID              string `xml:"DefaultVersionId"`
	AttachmentCount               int
	PermissionsBoundaryUsageCount int
	IsAttachable                  bool
	Description                   string `xml:",omitempty"`
	CreateDate                    string
	UpdateDate                    string
}

type onePolicyXML struct{ Policy policyXML }

func (a *Account) policyXML(arn string) policyXML {
	m := a.managed[arn]
	out := policyXML{
		PolicyID: m.id, Arn: arn, DefaultVersionID: m.version().id, AttachmentCount: len(a.holdersOf(arn)), PermissionsBoundaryUsageCount: a.limitedBy(arn),
		IsAttachable: true, Description: m.description, CreateDate: date(m.created), UpdateDate: date(m.version().created),
	}
	out.Path, out.PolicyName = pathAndName(m.name)
	return out
}

// createPolicy: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicy.html
func createPolicy(x *exchange, who *caller) (any, *apiError) {
	p := x.params
	name, dir := p.required("PolicyName", length(1, 128), matching(namePattern)), p.pathParam()
	description, _ := p.optional("Description", length(0, 1000))
	text := p.required("PolicyDocument", length(1, 131072), matching(documentPattern))
	if err := p.check(); err != nil {
		return nil, err
	}
	a, full := who.account, fullName(dir, name)
	arn := a.arn("iam", "policy/"+full)
	if err := x.may(who, arn, "policy "+arn); err != nil {
		return nil, err
	}
	doc, err := x.managedDocument(text)
	if err != nil {
		return nil, err
	}
	for other, m := range a.managed {
		if !isAWSPolicy(other) && strings.EqualFold(path.Base(m.name), name) {
			return nil, errExists("A policy called %s already exists. Duplicate names are not allowed.", name)
		}
	}
	a.managed[arn] = newManagedPolicy(full, doc, x.now)
	a.managed[arn].description = description
	x.call.Created = arn
	return onePolicyXML{a.policyXML(arn)}, nil
}

func (x *exchange) managedDocument(text string) (*policy.Document, *apiError) {
	doc, wrong := policy.Parse(text, policy.Identity, x.server.find)
	if wrong != nil {
		return nil, errMalformedPolicy(wrong.Error())
	}
	if policySize(text) > managedSize {
		return nil, errLimit("Cannot exceed quota for PolicySize: %d", managedSize)
	}
	return doc, nil
}

// getPolicy: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicy.html
func getPolicy(x *exchange, who *caller) (any, *apiError) {
	arn, _, err := x.policyTarget(who)
	if err != nil {
		return nil, err
	}
	return onePolicyXML{who.account.policyXML(arn)}, nil
}

// limitedBy counts the users and roles that a policy is the permissions
// boundary of.
func (a *Account) limitedBy(arn string) (n int) {
	for _, u := range a.users {
		if u.boundary == arn {
			n++
		}
	}
	for _, r := range a.roles {
		if r.boundary == arn {
			n++
		}
	}
	return n
}

// deletePolicy wants all other versions gone, and no one who has the policy.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicy.html
func deletePolicy(x *exchange, who *caller) (any, *apiError) {
	arn, m, err := x.ownPolicyTarget(who)
	if err != nil {
		return nil, err
	}
	if len(who.account.holdersOf(arn))+who.account.limitedBy(arn) > 0 {
		return nil, errDeleteConflict("Cannot delete a policy attached to entities.")
	}
	if len(m.versions) > 1 {
		return nil, errDeleteConflict("This policy has more than one version. Before you delete a policy, you must delete the policy's versions. The default version is deleted with the policy.")
	}
	delete(who.account.managed, arn)
	return nil, nil
}

type policiesXML struct {
	Policies membersXML[policyXML]
	pageXML
}

// listPolicies: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicies.html
func listPolicies(x *exchange, who *caller) (any, *apiError) {
	scope, _ := x.params.optional("Scope", oneOfValues("All", "AWS", "Local"))
	only, _ := x.params.optional("OnlyAttached", oneOfValues("true", "false"))
	prefix, page, err := x.listing(who, "policy")
	if err != nil {
		return nil, err
	}
	var all []policyXML
	for arn, m := range who.account.managed {
		one := who.account.policyXML(arn)
		if scope == "AWS" && !isAWSPolicy(arn) || scope == "Local" && isAWSPolicy(arn) ||
			only == "true" && one.AttachmentCount == 0 || !under(m.name, prefix) || x.unseen(arn) {
			continue
		}
		one.Description = "" // GetPolicy alone tells it
		all = append(all, one)
	}
	var out policiesXML
	out.Policies, out.pageXML, err = onPage(x, page, all, func(p policyXML) string { return p.Arn })
	return out, err
}

// policyTarget reads the PolicyArn, the last parameter of an action.
func (x *exchange) policyTarget(who *caller) (string, *managedPolicy, *apiError) {
	arn := x.params.required("PolicyArn", length(20, 2048))
	if err := x.params.check(); err != nil {
		return "", nil, err
	}
	if err := x.may(who, arn, "policy "+arn); err != nil {
		return "", nil, err
	}
	m := who.account.managed[arn]
	if m == nil || x.unseen(arn) {
		return "", nil, errNoSuchEntity("Policy %s was not found.", arn)
	}
	return arn, m, nil
}

// ownPolicyTarget is policyTarget for changes: AWS's policies have none.
func (x *exchange) ownPolicyTarget(who *caller) (string, *managedPolicy, *apiError) {
	arn, m, err := x.policyTarget(who)
	if err == nil && isAWSPolicy(arn) {
		err = errAccessDenied("User: " + who.arn() + " is not authorized to perform: iam:" + x.call.Action + " on resource: policy " + arn)
	}
	return arn, m, err
}

func isAWSPolicy(arn string) bool { return strings.Contains(arn, ":iam::aws:") }

// holdersOf are all that have the policy attached.
func (a *Account) holdersOf(arn string) []*Policies {
	var all []*Policies
	add := func(p *Policies) {
		for _, have := range p.attached {
			if have == arn {
				all = append(all, p)
			}
		}
	}
	for _, u := range a.users {
		add(&u.Policies)
	}
	for _, g := range a.groups {
		add(&g.Policies)
	}
	for _, r := range a.roles {
		add(&r.Policies)
	}
	return all
}

func newManagedPolicy(full string, doc *policy.Document, now time.Time) *managedPolicy {
	m := &managedPolicy{name: full, id: newEntityID(prefixPolicy), created: now}
	m.addVersion(doc, now)
	return m
}

func (m *managedPolicy) addVersion(doc *policy.Document, now time.Time) *policyVersion {
	m.count++
	v := &policyVersion{id: "v" + strconv.Itoa(m.count), document: doc, created: now}
	m.versions = append(m.versions, v)
	if m.inUse == "" {
		m.inUse = v.id
	}
	return v
}

// version is the default version, the one that decides.
func (m *managedPolicy) version() *policyVersion { return m.versionNamed(m.inUse) }

func (m *managedPolicy) versionNamed(id string) *policyVersion {
	for _, v := range m.versions {
		if v.id == id {
			return v
		}
	}
	return nil
}

func (m *managedPolicy) document() *policy.Document { return m.version().document }
