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
}

func userOf(u types.User) User {
	return User{
		Name: aws.ToString(u.UserName), Path: aws.ToString(u.Path), ARN: aws.ToString(u.Arn),
		Created: aws.ToTime(u.CreateDate).UTC(), PasswordUsed: aws.ToTime(u.PasswordLastUsed).UTC(),
	}
}

// User reads a user. Reason NotThere: there is none of that name.
func (c *Client) User(ctx context.Context, name string) (User, error) {
	out, err := awsapi.Send(ctx, awsapi.Repeatable, func(ctx context.Context) (*awsiam.GetUserOutput, error) {
		return c.api.GetUser(ctx, &awsiam.GetUserInput{UserName: aws.String(name)})
	})
	if err != nil {
		return User{}, err
	}
	if out.User == nil {
		return User{}, incomplete("user")
	}
	return userOf(*out.User), nil
}

// Users lists all users of the account.
func (c *Client) Users(ctx context.Context) (all []User, err error) {
	err = pages(ctx, func(ctx context.Context, marker *string) (*awsiam.ListUsersOutput, error) {
		return c.api.ListUsers(ctx, &awsiam.ListUsersInput{Marker: marker})
	}, func(out *awsiam.ListUsersOutput) *string {
		for _, u := range out.Users {
			all = append(all, userOf(u))
		}
		return next(out.IsTruncated, out.Marker)
	})
	return all, err
}

// CreateUser is sent once: where the answer was lost (an *awsapi.Error with
// Sent), User tells whether it was made. Reason Exists: the name is taken.
func (c *Client) CreateUser(ctx context.Context, name string) (User, error) {
	out, err := awsapi.Send(ctx, awsapi.Once, func(ctx context.Context) (*awsiam.CreateUserOutput, error) {
		return c.api.CreateUser(ctx, &awsiam.CreateUserInput{UserName: aws.String(name)})
	})
	if err != nil {
		return User{}, err
	}
	if out.User == nil {
		return User{}, incomplete("user")
	}
	return userOf(*out.User), nil
}

// DeleteUser deletes a user that has no keys, devices, password, groups and
// policies any more; else the reason is InUse.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_DeleteUser.html
func (c *Client) DeleteUser(ctx context.Context, name string) error {
	return change(ctx, func(ctx context.Context) (*awsiam.DeleteUserOutput, error) {
		return c.api.DeleteUser(ctx, &awsiam.DeleteUserInput{UserName: aws.String(name)})
	})
}

// incomplete is an answer without what was asked for.
func incomplete(what string) error {
	return &awsapi.Error{Reason: awsapi.Garbled, Sent: true, Message: "the answer holds no " + what}
}
