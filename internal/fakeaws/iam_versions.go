package fakeaws

import "slices"

type versionXML struct {
	Document         string `xml:",omitempty"`
	VersionID        string `xml:"VersionId"`
	IsDefaultVersion bool
	CreateDate       string
}

type oneVersionXML struct{ PolicyVersion versionXML }

func (m *managedPolicy) versionXML(v *policyVersion, document bool) versionXML {
	out := versionXML{VersionID: v.id, IsDefaultVersion: v.id == m.inUse, CreateDate: date(v.created)}
	if document {
		out.Document = encoded(v.document)
	}
	return out
}

// getPolicyVersion: https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetPolicyVersion.html
func getPolicyVersion(x *exchange, who *caller) (any, *apiError) {
	_, m, v, err := x.versionTarget(who, x.policyTarget)
	if err != nil {
		return nil, err
	}
	return oneVersionXML{m.versionXML(v, true)}, nil
}

// createPolicyVersion: https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreatePolicyVersion.html
func createPolicyVersion(x *exchange, who *caller) (any, *apiError) {
	text := x.params.required("PolicyDocument", length(1, 131072), matching(documentPattern))
	use, _ := x.params.optional("SetAsDefault", oneOfValues("true", "false"))
	arn, m, err := x.ownPolicyTarget(who)
	if err != nil {
		return nil, err
	}
	doc, err := x.managedDocument(text)
	if err != nil {
		return nil, err
	}
	if len(m.versions) >= versionsPerPolicy {
		return nil, errLimit("A managed policy can have up to %d versions. Before you create a new version, you must delete an existing version.", versionsPerPolicy)
	}
	v := m.addVersion(doc, x.now)
	x.call.Created = arn + ":" + v.id
	if use == "true" {
		x.useVersion(who, arn, m, v)
	}
	return oneVersionXML{m.versionXML(v, false)}, nil
}

// setDefaultPolicyVersion: https://docs.aws.amazon.com/IAM/latest/APIReference/API_SetDefaultPolicyVersion.html
func setDefaultPolicyVersion(x *exchange, who *caller) (any, *apiError) {
	arn, m, v, err := x.versionTarget(who, x.ownPolicyTarget)
	if err != nil {
		return nil, err
	}
	x.useVersion(who, arn, m, v)
	return nil, nil
}

func (x *exchange) useVersion(who *caller, arn string, m *managedPolicy, v *policyVersion) {
	for _, holder := range who.account.holdersOf(arn) {
		holder.remember(x.now)
	}
	m.inUse = v.id
}

// deletePolicyVersion: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeletePolicyVersion.html
func deletePolicyVersion(x *exchange, who *caller) (any, *apiError) {
	_, m, v, err := x.versionTarget(who, x.ownPolicyTarget)
	if err != nil {
		return nil, err
	}
	if v.id == m.inUse {
		return nil, errDeleteConflict("Cannot delete the default version of a policy.")
	}
	m.versions = slices.DeleteFunc(m.versions, func(have *policyVersion) bool { return have == v })
	return nil, nil
}

type versionsXML struct {
	Versions membersXML[versionXML]
	pageXML
}

// listPolicyVersions: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListPolicyVersions.html
func listPolicyVersions(x *exchange, who *caller) (any, *apiError) {
	page := readPage(x.params)
	_, m, err := x.policyTarget(who)
	if err != nil {
		return nil, err
	}
	var all []versionXML
	for _, v := range m.versions {
		all = append(all, m.versionXML(v, false))
	}
	var out versionsXML
	out.Versions, out.pageXML, err = onPage(x, page, all, func(v versionXML) string { return v.VersionID })
	return out, err
}

func (x *exchange) versionTarget(who *caller, find func(*caller) (string, *managedPolicy, *apiError)) (string, *managedPolicy, *policyVersion, *apiError) {
	id := x.params.required("VersionId", matching(`v[1-9][0-9]*(\.[A-Za-z0-9-]*)?`))
	arn, m, err := find(who)
	if err != nil {
		return "", nil, nil, err
	}
	v := m.versionNamed(id)
	if v == nil || x.unseen(arn+":"+v.id) {
		return "", nil, nil, errNoSuchEntity("Policy %s version %s does not exist or is not attachable.", arn, id)
	}
	return arn, m, v, nil
}
