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
		return change(ctx, func(ctx context.Context) (*awsiam.AttachGroupPolicyOutput, error) {
			return c.api.AttachGroupPolicy(ctx, &awsiam.AttachGroupPolicyInput{GroupName: name, PolicyArn: policy})
		})
	case OfRole:
		return change(ctx, func(ctx context.Context) (*awsiam.AttachRolePolicyOutput, error) {
			return c.api.AttachRolePolicy(ctx, &awsiam.AttachRolePolicyInput{RoleName: name, PolicyArn: policy})
		})
	}
	return change(ctx, func(ctx context.Context) (*awsiam.AttachUserPolicyOutput, error) {
		return c.api.AttachUserPolicy(ctx, &awsiam.AttachUserPolicyInput{UserName: name, PolicyArn: policy})
	})
}

// Detach takes a managed policy from a holder. Reason NotThere: it has it not.
func (c *Client) Detach(ctx context.Context, from Holder, arn string) error {
	name, policy := aws.String(from.Name), aws.String(arn)
	switch from.Kind {
	case OfGroup:
		return change(ctx, func(ctx context.Context) (*awsiam.DetachGroupPolicyOutput, error) {
			return c.api.DetachGroupPolicy(ctx, &awsiam.DetachGroupPolicyInput{GroupName: name, PolicyArn: policy})
		})
	case OfRole:
		return change(ctx, func(ctx context.Context) (*awsiam.DetachRolePolicyOutput, error) {
			return c.api.DetachRolePolicy(ctx, &awsiam.DetachRolePolicyInput{RoleName: name, PolicyArn: policy})
		})
	}
	return change(ctx, func(ctx context.Context) (*awsiam.DetachUserPolicyOutput, error) {
		return c.api.DetachUserPolicy(ctx, &awsiam.DetachUserPolicyInput{UserName: name, PolicyArn: policy})
	})
}

// Attached lists the managed policies of a holder.
func (c *Client) Attached(ctx context.Context, of Holder) (all []Attached, err error) {
	add := func(policies []types.AttachedPolicy, truncated bool, marker *string) *string {
		for _, p := range policies {
			all = append(all, Attached{Name: aws.ToString(p.PolicyName), ARN: aws.ToString(p.PolicyArn)})
		}
		return next(truncated, marker)
	}
	name := aws.String(of.Name)
	switch of.Kind {
	case OfGroup:
		err = pages(ctx, func(ctx context.Context, marker *string) (*awsiam.ListAttachedGroupPoliciesOutput, error) {
			return c.api.ListAttachedGroupPolicies(ctx, &awsiam.ListAttachedGroupPoliciesInput{GroupName: name, Marker: marker})
		}, func(out *awsiam.ListAttachedGroupPoliciesOutput) *string {
			return add(out.AttachedPolicies, out.IsTruncated, out.Marker)
		})
	case OfRole:
		err = pages(ctx, func(ctx context.Context, marker *string) (*awsiam.ListAttachedRolePoliciesOutput, error) {
			return c.api.ListAttachedRolePolicies(ctx, &awsiam.ListAttachedRolePoliciesInput{RoleName: name, Marker: marker})
		}, func(out *awsiam.ListAttachedRolePoliciesOutput) *string {
			return add(out.AttachedPolicies, out.IsTruncated, out.Marker)
		})
	default:
		err = pages(ctx, func(ctx context.Context, marker *string) (*awsiam.ListAttachedUserPoliciesOutput, error) {
			return c.api.ListAttachedUserPolicies(ctx, &awsiam.ListAttachedUserPoliciesInput{UserName: name, Marker: marker})
		}, func(out *awsiam.ListAttachedUserPoliciesOutput) *string {
			return add(out.AttachedPolicies, out.IsTruncated, out.Marker)
		})
	}
	return all, err
}
