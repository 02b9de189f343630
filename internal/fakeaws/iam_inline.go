package fakeaws

import (
	"strings"
	"unicode"

	"github.com/awsbroker/awsbroker/internal/fakeaws/policy"
)

const documentPattern = `[\x{0009}\x{000A}\x{000D}\x{0020}-\x{00FF}]+`

// putInlinePolicy: https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html
func putInlinePolicy(kind holderKind) handler {
	return func(x *exchange, who *caller) (any, *apiError) {
		holder, name := x.params.existing(kind.param), x.params.existing("PolicyName")
		text := x.params.required("PolicyDocument", length(1, 131072), matching(documentPattern))
		if err := x.params.check(); err != nil {
			return nil, err
		}
		policies, err := kind.find(x, who, holder)
		if err != nil {
			return nil, err
		}
		doc, wrong := policy.Parse(text, policy.Identity, x.server.find)
		if wrong != nil {
			return nil, errMalformedPolicy(wrong.Error())
		}
		size := policySize(text)
		for other, have := range policies.inline {
			if other != name {
				size += policySize(have.Text)
			}
		}
		if size > kind.limit {
			return nil, errLimit("Maximum policy size of %d bytes exceeded for %s %s", kind.limit, kind.noun, holder)
		}
		policies.remember(x.now)
		policies.setInline(name, doc)
		return nil, nil
	}
}

type inlinePolicyXML struct {
	holderNameXML
	PolicyName     string
	PolicyDocument string
}

// getInlinePolicy answers with the document percent-encoded, as it was put.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetUserPolicy.html
func getInlinePolicy(kind holderKind) handler {
	return func(x *exchange, who *caller) (any, *apiError) {
		holder, name, policies, err := x.inlineTarget(who, kind)
		if err != nil {
			return nil, err
		}
		return inlinePolicyXML{kind.xml(holder), name, encoded(policies.inline[name])}, nil
	}
}

// deleteInlinePolicy: https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUserPolicy.html
func deleteInlinePolicy(kind holderKind) handler {
	return func(x *exchange, who *caller) (any, *apiError) {
		_, name, policies, err := x.inlineTarget(who, kind)
		if err != nil {
			return nil, err
		}
		policies.remember(x.now)
		delete(policies.inline, name)
		return nil, nil
	}
}

func (x *exchange) inlineTarget(who *caller, kind holderKind) (holder, name string, policies *Policies, err *apiError) {
	holder, name = x.params.existing(kind.param), x.params.existing("PolicyName")
	if err = x.params.check(); err != nil {
		return
	}
	if policies, err = kind.find(x, who, holder); err != nil {
		return
	}
	if policies.inline[name] == nil {
		err = errNoSuchEntity("The %s policy with name %s cannot be found.", kind.noun, name)
	}
	return
}

type policyNamesXML struct {
	PolicyNames membersXML[string]
	pageXML
}

// listInlinePolicies: https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListUserPolicies.html
func listInlinePolicies(kind holderKind) handler {
	return func(x *exchange, who *caller) (any, *apiError) {
		holder, page := x.params.existing(kind.param), readPage(x.params)
		if err := x.params.check(); err != nil {
			return nil, err
		}
		policies, err := kind.find(x, who, holder)
		if err != nil {
			return nil, err
		}
		var names []string
		for name := range policies.inline {
			names = append(names, name)
		}
		var out policyNamesXML
		out.PolicyNames, out.pageXML, err = onPage(x, page, names, func(name string) string { return name })
		return out, err
	}
}

// policySize counts as the quotas do, without white space.
func policySize(text string) int {
	return len(strings.Join(strings.FieldsFunc(text, unicode.IsSpace), ""))
}
