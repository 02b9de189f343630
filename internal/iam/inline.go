package iam

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/awsbroker/awsbroker/internal/awsapi"
)

// PutInline sets an inline policy of a holder: a JSON document.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html
func (c *Client) PutInline(ctx context.Context, of Holder, policy, document string) error {
	name, p, doc := aws.String(of.Name), aws.String(policy), aws.String(document)
	switch of.Kind {
	case OfGroup:
		return change(ctx, func(ctx context.Context) (*awsiam.PutGroupPolicyOutput, error) {
			return c.api.PutGroupPolicy(ctx, &awsiam.PutGroupPolicyInput{GroupName: name, PolicyName: p, PolicyDocument: doc})
		})
	case OfRole:
		return change(ctx, func(ctx context.Context) (*awsiam.PutRolePolicyOutput, error) {
			return c.api.PutRolePolicy(ctx, &awsiam.PutRolePolicyInput{RoleName: name, PolicyName: p, PolicyDocument: doc})
		})
	}
	return change(ctx, func(ctx context.Context) (*awsiam.PutUserPolicyOutput, error) {
		return c.api.PutUserPolicy(ctx, &awsiam.PutUserPolicyInput{UserName: name, PolicyName: p, PolicyDocument: doc})
	})
}

// Inline reads an inline policy of a holder, as JSON. Reason NotThere: it has
// none of that name.
func (c *Client) Inline(ctx context.Context, of Holder, policy string) (string, error) {
	name, p := aws.String(of.Name), aws.String(policy)
	encoded, err := awsapi.Send(ctx, awsapi.Repeatable, func(ctx context.Context) (*string, error) {
		switch of.Kind {
		case OfGroup:
			out, err := c.api.GetGroupPolicy(ctx, &awsiam.GetGroupPolicyInput{GroupName: name, PolicyName: p})
			if err != nil {
				return nil, err
			}
			return out.PolicyDocument, nil
		case OfRole:
			out, err := c.api.GetRolePolicy(ctx, &awsiam.GetRolePolicyInput{RoleName: name, PolicyName: p})
			if err != nil {
				return nil, err
			}
			return out.PolicyDocument, nil
		}
		out, err := c.api.GetUserPolicy(ctx, &awsiam.GetUserPolicyInput{UserName: name, PolicyName: p})
		if err != nil {
			return nil, err
		}
		return out.PolicyDocument, nil
	})
	if err != nil {
		return "", err
	}
	return document(encoded), nil
}

// DeleteInline removes an inline policy of a holder.
func (c *Client) DeleteInline(ctx context.Context, of Holder, policy string) error {
	name, p := aws.String(of.Name), aws.String(policy)
	switch of.Kind {
	case OfGroup:
		return change(ctx, func(ctx context.Context) (*awsiam.DeleteGroupPolicyOutput, error) {
			return c.api.DeleteGroupPolicy(ctx, &awsiam.DeleteGroupPolicyInput{GroupName: name, PolicyName: p})
		})
	case OfRole:
		return change(ctx, func(ctx context.Context) (*awsiam.DeleteRolePolicyOutput, error) {
			return c.api.DeleteRolePolicy(ctx, &awsiam.DeleteRolePolicyInput{RoleName: name, PolicyName: p})
		})
	}
	return change(ctx, func(ctx context.Context) (*awsiam.DeleteUserPolicyOutput, error) {
		return c.api.DeleteUserPolicy(ctx, &awsiam.DeleteUserPolicyInput{UserName: name, PolicyName: p})
	})
}

// Inlines lists the names of a holder's inline policies.
func (c *Client) Inlines(ctx context.Context, of Holder) (all []string, err error) {
	name := aws.String(of.Name)
	add := func(names []string, truncated bool, marker *string) *string {
		all = append(all, names...)
		return next(truncated, marker)
	}
	switch of.Kind {
	case OfGroup:
		err = pages(ctx, func(ctx context.Context, marker *string) (*awsiam.ListGroupPoliciesOutput, error) {
			return c.api.ListGroupPolicies(ctx, &awsiam.ListGroupPoliciesInput{GroupName: name, Marker: marker})
		}, func(out *awsiam.ListGroupPoliciesOutput) *string {
			return add(out.PolicyNames, out.IsTruncated, out.Marker)
		})
	case OfRole:
		err = pages(ctx, func(ctx context.Context, marker *string) (*awsiam.ListRolePoliciesOutput, error) {
			return c.api.ListRolePolicies(ctx, &awsiam.ListRolePoliciesInput{RoleName: name, Marker: marker})
		}, func(out *awsiam.ListRolePoliciesOutput) *string {
			return add(out.PolicyNames, out.IsTruncated, out.Marker)
		})
	default:
		err = pages(ctx, func(ctx context.Context, marker *string) (*awsiam.ListUserPoliciesOutput, error) {
			return c.api.ListUserPolicies(ctx, &awsiam.ListUserPoliciesInput{UserName: name, Marker: marker})
		}, func(out *awsiam.ListUserPoliciesOutput) *string {
			return add(out.PolicyNames, out.IsTruncated, out.Marker)
		})
	}
	return all, err
}
