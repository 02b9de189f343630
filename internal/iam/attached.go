package iam

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

// Attached is a managed policy that somebody has.
type Attached struct {
	Name string
	ARN  string
}

// Attach gives a managed policy to a holder; that it has it already is fine.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_AttachRolePolicy.html
func (c *Client) Attach(ctx context.Context, to Holder, arn string) error {
	name, policy := aws.String(to.Name), aws.String(arn)
	switch to.Kind {
	case OfGroup:
		return change(ctx, c.api.AttachGroupPolicy, &awsiam.AttachGroupPolicyInput{GroupName: name, PolicyArn: policy})
	case OfRole:
		return change(ctx, c.api.AttachRolePolicy, &awsiam.AttachRolePolicyInput{RoleName: name, PolicyArn: policy})
	}
	return change(ctx, c.api.AttachUserPolicy, &awsiam.AttachUserPolicyInput{UserName: name, PolicyArn: policy})
}

// Detach takes a managed policy from a holder. Reason NotThere: it has it not.
func (c *Client) Detach(ctx context.Context, from Holder, arn string) error {
	name, policy := aws.String(from.Name), aws.String(arn)
	switch from.Kind {
	case OfGroup:
		return change(ctx, c.api.DetachGroupPolicy, &awsiam.DetachGroupPolicyInput{GroupName: name, PolicyArn: policy})
	case OfRole:
		return change(ctx, c.api.DetachRolePolicy, &awsiam.DetachRolePolicyInput{RoleName: name, PolicyArn: policy})
	}
	return change(ctx, c.api.DetachUserPolicy, &awsiam.DetachUserPolicyInput{UserName: name, PolicyArn: policy})
}

// Attached lists the managed policies of a holder.
func (c *Client) Attached(ctx context.Context, of Holder) (all []Attached, err error) {
	add := func(policies []types.AttachedPolicy) {
		for _, p := range policies {
			all = append(all, Attached{Name: aws.ToString(p.PolicyName), ARN: aws.ToString(p.PolicyArn)})
		}
	}
	name := aws.String(of.Name)
	switch of.Kind {
	case OfGroup:
		err = eachPage(ctx, awsiam.NewListAttachedGroupPoliciesPaginator(c.api, &awsiam.ListAttachedGroupPoliciesInput{GroupName: name}), func(out *awsiam.ListAttachedGroupPoliciesOutput) {
			add(out.AttachedPolicies)
		})
	case OfRole:
		err = eachPage(ctx, awsiam.NewListAttachedRolePoliciesPaginator(c.api, &awsiam.ListAttachedRolePoliciesInput{RoleName: name}), func(out *awsiam.ListAttachedRolePoliciesOutput) {
			add(out.AttachedPolicies)
		})
	default:
		err = eachPage(ctx, awsiam.NewListAttachedUserPoliciesPaginator(c.api, &awsiam.ListAttachedUserPoliciesInput{UserName: name}), func(out *awsiam.ListAttachedUserPoliciesOutput) {
			add(out.AttachedPolicies)
		})
	}
	return all, err
}
