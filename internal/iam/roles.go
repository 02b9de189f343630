package iam

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/awsbroker/awsbroker/internal/awsapi"
)

// Role is a role of the account.
type Role struct {
	Name       string
	Path       string
	ARN        string
	Trust      string        // the policy that says who may assume it, as JSON
	MaxSession time.Duration // an hour if AWS does not say
	Boundary   string        // ARN of the permissions boundary; empty for none, or in a list
	Created    time.Time     // UTC
}

func roleOf(r *types.Role) Role {
	out := Role{
		Name: aws.ToString(r.RoleName), Path: aws.ToString(r.Path), ARN: aws.ToString(r.Arn),
		Trust:      document(r.AssumeRolePolicyDocument),
		MaxSession: max(time.Hour, time.Duration(aws.ToInt32(r.MaxSessionDuration))*time.Second),
		Created:    aws.ToTime(r.CreateDate).UTC(),
	}
	if r.PermissionsBoundary != nil {
		out.Boundary = aws.ToString(r.PermissionsBoundary.PermissionsBoundaryArn)
	}
	return out
}

// Role reads a role. Reason NotThere: there is none of that name.
func (c *Client) Role(ctx context.Context, name string) (Role, error) {
	return one(ctx, awsapi.Repeatable, c.api.GetRole, &awsiam.GetRoleInput{RoleName: aws.String(name)},
		func(out *awsiam.GetRoleOutput) *types.Role { return out.Role }, roleOf)
}

// Roles lists all roles of the account, those of AWS's services among them.
func (c *Client) Roles(ctx context.Context) ([]Role, error) {
	return list(ctx, awsiam.NewListRolesPaginator(c.api, &awsiam.ListRolesInput{}),
		func(out *awsiam.ListRolesOutput) []types.Role { return out.Roles }, roleOf)
}

// NewRole describes a role to be made. MaxSession is 1 to 12 hours.
type NewRole struct {
	Name        string
	Description string
	Trust       string
	MaxSession  time.Duration
}

// CreateRole is sent once, as CreateUser is.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html
func (c *Client) CreateRole(ctx context.Context, n NewRole) (Role, error) {
	return one(ctx, awsapi.Once, c.api.CreateRole, &awsiam.CreateRoleInput{
		RoleName: aws.String(n.Name), Description: aws.String(n.Description),
		AssumeRolePolicyDocument: aws.String(n.Trust), MaxSessionDuration: aws.Int32(int32(n.MaxSession / time.Second))},
		func(out *awsiam.CreateRoleOutput) *types.Role { return out.Role }, roleOf)
}

// SetMaxSession of a role: 1 to 12 hours.
func (c *Client) SetMaxSession(ctx context.Context, role string, d time.Duration) error {
	return change(ctx, c.api.UpdateRole, &awsiam.UpdateRoleInput{RoleName: aws.String(role), MaxSessionDuration: aws.Int32(int32(d / time.Second))})
}

// SetTrust replaces the policy that says who may assume a role.
func (c *Client) SetTrust(ctx context.Context, role, document string) error {
	return change(ctx, c.api.UpdateAssumeRolePolicy, &awsiam.UpdateAssumeRolePolicyInput{RoleName: aws.String(role), PolicyDocument: aws.String(document)})
}

// DeleteRole deletes a role without policies; else the reason is InUse.
func (c *Client) DeleteRole(ctx context.Context, name string) error {
	return change(ctx, c.api.DeleteRole, &awsiam.DeleteRoleInput{RoleName: aws.String(name)})
}
