package fakeaws

import (
	"fmt"
	"net/http"

	"github.com/awsbroker/awsbroker/internal/fakeaws/policy"
)

// packedLimit stands in for AWS's limit on session policies and tags together,
// which AWS measures in a packed form of its own.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html#reference_iam-quotas-sts-entity-length
const packedLimit = 4096

// sessionPolicy are the policies passed with an AssumeRole request. A session
// may do what both they and the role allow.
type sessionPolicy struct {
	inline    string
	hasInline bool
	arns      []string
}

func readSessionPolicy(p *params) sessionPolicy {
	var s sessionPolicy
	s.inline, s.hasInline = p.optional("Policy", length(1, 2048), matching(`[\t\n\r\x20-\xff]+`))
	for n := 1; n <= p.members("PolicyArns"); n++ {
		s.arns = append(s.arns, p.required(fmt.Sprintf("PolicyArns.member.%d.arn", n), length(20, 2048)))
	}
	if len(s.arns) > 10 {
		p.fail("Value", "PolicyArns", "Member must have length less than or equal to 10")
	}
	return s
}

func (sp sessionPolicy) parse(s *Server, in *assumeRoleInput) *apiError {
	size := len(sp.inline)
	if sp.hasInline {
		doc, err := policy.Parse(sp.inline, policy.Identity, s.find)
		if err != nil {
			return errMalformedPolicy(err.Error())
		}
		in.policies = append(in.policies, doc)
	}
	for _, arn := range sp.arns {
		size += len(arn)
		managed := s.managedPolicy(arn)
		if managed == nil {
			return errMalformedPolicy("there is no policy " + arn)
		}
		in.policies = append(in.policies, managed.document())
	}
	for key, value := range in.tags {
		size += len(key) + len(value)
	}
	if size > packedLimit {
		return &apiError{http.StatusBadRequest, "PackedPolicyTooLarge",
			fmt.Sprintf("Packed size of session tags and policies consumes %d%% of allotted quota", size*100/packedLimit)}
	}
	if size > 0 {
		in.packedSize = max(1, size*100/packedLimit)
	}
	return nil
}

func (s *Server) managedPolicy(arn string) *managedPolicy {
	for _, a := range s.accounts {
		if m := a.managed[arn]; m != nil {
			return m
		}
	}
	return nil
}
