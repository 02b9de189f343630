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
		return change(ctx, c.api.PutGroupPolicy, &awsiam.PutGroupPolicyInput{GroupName: name, PolicyName: p, PolicyDocument: doc})
	case OfRole:
		return change(ctx, c.api.PutRolePolicy, &awsiam.PutRolePolicyInput{RoleName: name, PolicyName: p, PolicyDocument: doc})
	}
	return change(ctx, c.api.PutUserPolicy, &awsiam.PutUserPolicyInput{UserName: name, PolicyName: p, PolicyDocument: doc})
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
		return change(ctx, c.api.DeleteGroupPolicy, &awsiam.DeleteGroupPolicyInput{GroupName: name, PolicyName: p})
	case OfRole:
		return change(ctx, c.api.DeleteRolePolicy, &awsiam.DeleteRolePolicyInput{RoleName: name, PolicyName: p})
	}
	return change(ctx, c.api.DeleteUserPolicy, &awsiam.DeleteUserPolicyInput{UserName: name, PolicyName: p})
}

// Inlines lists the names of a holder's inline policies.
func (c *Client) Inlines(ctx context.Context, of Holder) (all []string, err error) {
	name := aws.String(of.Name)
	add := func(names []string) { all = append(all, names...) }
	switch of.Kind {
	case OfGroup:
		err = eachPage(ctx, awsiam.NewListGroupPoliciesPaginator(c.api, &awsiam.ListGroupPoliciesInput{GroupName: name}), func(out *awsiam.ListGroupPoliciesOutput) {
			add(out.PolicyNames)
		})
	case OfRole:
		err = eachPage(ctx, awsiam.NewListRolePoliciesPaginator(c.api, &awsiam.ListRolePoliciesInput{RoleName: name}), func(out *awsiam.ListRolePoliciesOutput) {
			add(out.PolicyNames)
		})
	default:
		err = eachPage(ctx, awsiam.NewListUserPoliciesPaginator(c.api, &awsiam.ListUserPoliciesInput{UserName: name}), func(out *awsiam.ListUserPoliciesOutput) {
			add(out.PolicyNames)
		})
	}
	return all, err
}
