package iam

import (
	"context"
	"net/url"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/awsbroker/awsbroker/internal/awsapi"
)

// PutUserPolicy sets an inline policy of a user: a JSON document.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutUserPolicy.html
func (c *Client) PutUserPolicy(ctx context.Context, user, policy, document string) error {
	_, err := awsapi.Send(ctx, awsapi.Repeatable, func(ctx context.Context) (*awsiam.PutUserPolicyOutput, error) {
		return c.api.PutUserPolicy(ctx, &awsiam.PutUserPolicyInput{
			UserName: aws.String(user), PolicyName: aws.String(policy), PolicyDocument: aws.String(document)})
	})
	return err
}

// UserPolicy reads an inline policy of a user.
func (c *Client) UserPolicy(ctx context.Context, user, policy string) (string, error) {
	out, err := awsapi.Send(ctx, awsapi.Repeatable, func(ctx context.Context) (*awsiam.GetUserPolicyOutput, error) {
		return c.api.GetUserPolicy(ctx, &awsiam.GetUserPolicyInput{UserName: aws.String(user), PolicyName: aws.String(policy)})
	})
	if err != nil {
		return "", err
	}
	return document(out.PolicyDocument)
}

// DeleteUserPolicy removes an inline policy of a user.
func (c *Client) DeleteUserPolicy(ctx context.Context, user, policy string) error {
	_, err := awsapi.Send(ctx, awsapi.Repeatable, func(ctx context.Context) (*awsiam.DeleteUserPolicyOutput, error) {
		return c.api.DeleteUserPolicy(ctx, &awsiam.DeleteUserPolicyInput{UserName: aws.String(user), PolicyName: aws.String(policy)})
	})
	return err
}

// PutRolePolicy sets an inline policy of a role: a JSON document.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_PutRolePolicy.html
func (c *Client) PutRolePolicy(ctx context.Context, role, policy, document string) error {
	_, err := awsapi.Send(ctx, awsapi.Repeatable, func(ctx context.Context) (*awsiam.PutRolePolicyOutput, error) {
		return c.api.PutRolePolicy(ctx, &awsiam.PutRolePolicyInput{
			RoleName: aws.String(role), PolicyName: aws.String(policy), PolicyDocument: aws.String(document)})
	})
	return err
}

// RolePolicy reads an inline policy of a role.
func (c *Client) RolePolicy(ctx context.Context, role, policy string) (string, error) {
	out, err := awsapi.Send(ctx, awsapi.Repeatable, func(ctx context.Context) (*awsiam.GetRolePolicyOutput, error) {
		return c.api.GetRolePolicy(ctx, &awsiam.GetRolePolicyInput{RoleName: aws.String(role), PolicyName: aws.String(policy)})
	})
	if err != nil {
		return "", err
	}
	return document(out.PolicyDocument)
}

// DeleteRolePolicy removes an inline policy of a role.
func (c *Client) DeleteRolePolicy(ctx context.Context, role, policy string) error {
	_, err := awsapi.Send(ctx, awsapi.Repeatable, func(ctx context.Context) (*awsiam.DeleteRolePolicyOutput, error) {
		return c.api.DeleteRolePolicy(ctx, &awsiam.DeleteRolePolicyInput{RoleName: aws.String(role), PolicyName: aws.String(policy)})
	})
	return err
}

// document is URL-encoded in IAM's answers (RFC 3986).
func document(encoded *string) (string, error) {
	return url.PathUnescape(aws.ToString(encoded))
}
