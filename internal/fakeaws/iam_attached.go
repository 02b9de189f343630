package fakeaws

import "slices"

// policiesPerEntity is a quota, for users, groups and roles alike.
const policiesPerEntity = 10

// attachPolicy: https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachUserPolicy.html
func attachPolicy(kind holderKind) handler {
	return func(x *exchange, who *caller) (any, *apiError) {
		policies, arn, err := x.attachment(who, kind)
		if err != nil {
			return nil, err
		}
		if who.account.managed[arn] == nil {
			return nil, errNoSuchEntity("Policy %s does not exist or is not attachable.", arn)
		}
		if slices.Contains(policies.attached, arn) {
			return nil, nil
		}
		if len(policies.attached) >= policiesPerEntity {
			return nil, errLimit("Cannot exceed quota for PoliciesPer%s: %d", kind.param[:len(kind.param)-len("Name")], policiesPerEntity)
		}
		policies.remember(x.now)
		policies.attached = append(slices.Clone(policies.attached), arn)
		return nil, nil
	}
}

// detachPolicy: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DetachUserPolicy.html
func detachPolicy(kind holderKind) handler {
	return func(x *exchange, who *caller) (any, *apiError) {
		policies, arn, err := x.attachment(who, kind)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(policies.attached, arn) {
			return nil, errNoSuchEntity("Policy %s was not found.", arn)
		}
		policies.remember(x.now)
		policies.attached = slices.DeleteFunc(slices.Clone(policies.attached), func(have string) bool { return have == arn })
		return nil, nil
	}
}

// attachment may depend on the policy: iam:PolicyARN.
func (x *exchange) attachment(who *caller, kind holderKind) (*Policies, string, *apiError) {
	holder, arn := x.params.existing(kind.param), x.params.required("PolicyArn", length(20, 2048))
	if err := x.params.check(); err != nil {
		return nil, "", err
	}
	x.policyARN = arn
	policies, err := kind.find(x, who, holder)
	return policies, arn, err
}

type attachedXML struct {
	PolicyName string
	PolicyArn  string
}

type attachedPoliciesXML struct {
	AttachedPolicies membersXML[attachedXML]
	pageXML
}

// listAttachedPolicies: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAttachedUserPolicies.html
func listAttachedPolicies(kind holderKind) handler {
	return func(x *exchange, who *caller) (any, *apiError) {
		holder, page := x.params.existing(kind.param), readPage(x.params)
		prefix, _ := x.params.optional("PathPrefix", length(1, 512))
		if err := x.params.check(); err != nil {
			return nil, err
		}
		policies, err := kind.find(x, who, holder)
		if err != nil {
			return nil, err
		}
		var all []attachedXML
		for _, arn := range policies.attached {
			full := who.account.managed[arn].name
			if _, name := pathAndName(full); under(full, prefix) {
				all = append(all, attachedXML{name, arn})
			}
		}
		var out attachedPoliciesXML
		out.AttachedPolicies, out.pageXML, err = onPage(x, page, all, func(a attachedXML) string { return a.PolicyArn })
		return out, err
	}
}

// mustBeEmpty is what IAM wants before it deletes the holder.
func (p *Policies) mustBeEmpty() *apiError {
	switch {
	case len(p.attached) > 0:
		return errDeleteConflict("Cannot delete entity, must detach all policies first.")
	case len(p.inline) > 0:
		return errDeleteConflict("Cannot delete entity, must delete policies first.")
	}
	return nil
}
