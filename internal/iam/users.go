package iam

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/awsbroker/awsbroker/internal/awsapi"
)

// User is a user of the account; root is none.
type User struct {
	Name         string
	Path         string // "/" for most
	ARN          string
	Created      time.Time // UTC
	PasswordUsed time.Time // zero: never, or AWS does not say
	Boundary     string    // ARN of the permissions boundary; empty for none, or in a list
}

func userOf(u *types.User) User {
	out := User{
		Name: aws.ToString(u.UserName), Path: aws.ToString(u.Path), ARN: aws.ToString(u.Arn),
		Created: aws.ToTime(u.CreateDate).UTC(), PasswordUsed: aws.ToTime(u.PasswordLastUsed).UTC(),
	}
	if u.PermissionsBoundary != nil {
		out.Boundary = aws.ToString(u.PermissionsBoundary.PermissionsBoundaryArn)
	}
	return out
}

// User reads a user. Reason NotThere: there is none of that name.
func (c *Client) User(ctx context.Context, name string) (User, error) {
	return one(ctx, awsapi.Repeatable, c.api.GetUser, &awsiam.GetUserInput{UserName: aws.String(name)},
		func(out *awsiam.GetUserOutput) *types.User { return out.User }, userOf)
}

// Users lists all users of the account.
func (c *Client) Users(ctx context.Context) ([]User, error) {
	return list(ctx, awsiam.NewListUsersPaginator(c.api, &awsiam.ListUsersInput{}),
		func(out *awsiam.ListUsersOutput) []types.User { return out.Users }, userOf)
}

// CreateUser is sent once: where the answer was lost (an *awsapi.Error with
// Sent), User tells whether it was made. Reason Exists: the name is taken.
func (c *Client) CreateUser(ctx context.Context, name string) (User, error) {
	return one(ctx, awsapi.Once, c.api.CreateUser, &awsiam.CreateUserInput{UserName: aws.String(name)},
		func(out *awsiam.CreateUserOutput) *types.User { return out.User }, userOf)
}

// DeleteUser deletes a user that has no keys, devices, password, groups and
// policies any more; else the reason is InUse.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html
func (c *Client) DeleteUser(ctx context.Context, name string) error {
	return change(ctx, c.api.DeleteUser, &awsiam.DeleteUserInput{UserName: aws.String(name)})
}
