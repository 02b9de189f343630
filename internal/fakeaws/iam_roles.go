package fakeaws

import (
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws/policy"
)

type roleXML struct {
	Path                     string
	RoleName                 string
	RoleID                   string `xml:"RoleId"`
	Arn                      string
	CreateDate               string
	AssumeRolePolicyDocument string `xml:",omitempty"`
	Description              string `xml:",omitempty"`
	MaxSessionDuration       int
	PermissionsBoundary      *boundaryXML `xml:",omitempty"`
}

// boundaryXML: https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachedPermissionsBoundary.html
type boundaryXML struct {
	PermissionsBoundaryType string
	PermissionsBoundaryArn  string
}

func (p *Policies) boundaryXML() *boundaryXML {
	if p.boundary == "" {
		return nil
	}
	return &boundaryXML{"PermissionsBoundaryPolicy", p.boundary}
}

type oneRoleXML struct{ Role roleXML }

func (r *Role) xml() roleXML {
	out := roleXML{
		RoleID: r.ID, Arn: r.ARN(), CreateDate: date(r.created), Description: r.description,
		AssumeRolePolicyDocument: encoded(r.trust), MaxSessionDuration: int(r.maxDuration / time.Second),
		PermissionsBoundary: r.boundaryXML(),
	}
	out.Path, out.RoleName = pathAndName(r.Name)
	return out
}

// getRole: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetRole.html
func getRole(x *exchange, who *caller) (any, *apiError) {
	r, err := x.roleParam(who)
	if err != nil {
		return nil, err
	}
	return oneRoleXML{r.xml()}, nil
}

// createRole: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
func createRole(x *exchange, who *caller) (any, *apiError) {
	p := x.params
	name, dir := p.required("RoleName", length(1, 64), matching(namePattern)), p.pathParam()
	trust := p.required("AssumeRolePolicyDocument", length(1, 131072), matching(documentPattern))
	description, _ := p.optional("Description", length(0, 1000))
	seconds := p.integer("MaxSessionDuration", 3600, 3600, 43200)
	if err := p.check(); err != nil {
		return nil, err
	}
	full := fullName(dir, name)
	if err := x.may(who, who.account.arn("iam", "role/"+full), ""); err != nil {
		return nil, err
	}
	doc, err := x.parseTrust(trust)
	if err != nil {
		return nil, err
	}
	if taken(who.account.roles, name) {
		return nil, errExists("Role with name %s already exists.", name)
	}
	r := who.account.newRole(full, doc)
	r.description, r.maxDuration = description, time.Duration(seconds)*time.Second
	r.trustBefore = keep(nil, &policy.Document{}, x.now, x.server.lag.Policies) // nobody is trusted yet
	x.call.Created = r.ARN()
	return oneRoleXML{r.xml()}, nil
}

// maxTrustSize is the quota that no account has raised here; white space does not
// count.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const maxTrustSize = 2048

func (x *exchange) parseTrust(text string) (*policy.Document, *apiError) {
	doc, wrong := policy.Parse(text, policy.Trust, x.server.find)
	if wrong != nil {
		return nil, errMalformedPolicy(wrong.Error())
	}
	if len(strings.Join(strings.Fields(text), "")) > maxTrustSize {
		return nil, errLimit("Cannot exceed quota for ACLSizePerRole: %d", maxTrustSize)
	}
	return doc, nil
}

// updateAssumeRolePolicy: https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateAssumeRolePolicy.html
func updateAssumeRolePolicy(x *exchange, who *caller) (any, *apiError) {
	text := x.params.required("PolicyDocument", length(1, 131072), matching(documentPattern))
	r, err := x.roleParam(who)
	if err != nil {
		return nil, err
	}
	doc, err := x.parseTrust(text)
	if err != nil {
		return nil, err
	}
	r.trustBefore = keep(r.trustBefore, r.trust, x.now, x.server.lag.Policies)
	r.trust = doc
	return nil, nil
}

// updateRole: what is left out stays as it is.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html
func updateRole(x *exchange, who *caller) (any, *apiError) {
	description, described := x.params.optional("Description", length(0, 1000))
	seconds := x.params.integer("MaxSessionDuration", 0, 3600, 43200)
	r, err := x.roleParam(who)
	if err != nil {
		return nil, err
	}
	if described {
		r.description = description
	}
	if seconds != 0 {
		r.maxDuration = time.Duration(seconds) * time.Second
	}
	return struct{}{}, nil
}

// deleteRole: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteRole.html
func deleteRole(x *exchange, who *caller) (any, *apiError) {
	r, err := x.roleParam(who)
	if err != nil {
		return nil, err
	}
	if err := r.Policies.mustBeEmpty(); err != nil {
		return nil, err
	}
	r.remove()
	return nil, nil
}

type rolesXML struct {
	Roles membersXML[roleXML]
	pageXML
}

// listRoles: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListRoles.html
func listRoles(x *exchange, who *caller) (any, *apiError) {
	prefix, page, err := x.listing(who, "role")
	if err != nil {
		return nil, err
	}
	var all []roleXML
	for _, r := range who.account.roles {
		if under(r.Name, prefix) {
			all = append(all, r.xml())
		}
	}
	var out rolesXML
	out.Roles, out.pageXML, err = onPage(x, page, all, func(r roleXML) string { return r.RoleName })
	return out, err
}

// roleParam reads the RoleName, the last parameter of an action, and finds the
// role.
func (x *exchange) roleParam(who *caller) (*Role, *apiError) {
	name := x.params.existing("RoleName")
	if err := x.params.check(); err != nil {
		return nil, err
	}
	return x.roleTarget(who, name)
}

// roleTarget is userTarget for roles.
func (x *exchange) roleTarget(who *caller, name string) (*Role, *apiError) {
	r := who.account.roleNamed(name)
	arn := who.account.arn("iam", "role/"+name)
	if r != nil {
		arn = r.ARN()
	}
	if err := x.may(who, arn, "role "+name); err != nil {
		return nil, err
	}
	if r == nil || x.unseen(arn) {
		return nil, errNoSuchEntity("The role with name %s cannot be found.", name)
	}
	return r, nil
}
