package iam

import (
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/credential"
)

// LoginProfile says that a user has a password for the console.
type LoginProfile struct {
	Created    time.Time // UTC
	MustChange bool      // at the next sign-in
}

// LoginProfile of a user. Reason NotThere: the user has no password.
func (c *Client) LoginProfile(ctx context.Context, user string) (LoginProfile, error) {
	return one(ctx, awsapi.Repeatable, c.api.GetLoginProfile, &awsiam.GetLoginProfileInput{UserName: aws.String(user)},
		func(out *awsiam.GetLoginProfileOutput) *types.LoginProfile { return out.LoginProfile },
		func(p *types.LoginProfile) LoginProfile {
			return LoginProfile{Created: aws.ToTime(p.CreateDate).UTC(), MustChange: p.PasswordResetRequired}
		})
}

// CreateLoginProfile gives a user a password for the console, to be changed at
// the first sign-in. It is sent once, as CreateUser is.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateLoginProfile.html
func (c *Client) CreateLoginProfile(ctx context.Context, user string, password credential.Secret) error {
	_, err := awsapi.Send(ctx, awsapi.Once, func(ctx context.Context) (*awsiam.CreateLoginProfileOutput, error) {
		return c.api.CreateLoginProfile(ctx, &awsiam.CreateLoginProfileInput{
			UserName: aws.String(user), Password: aws.String(password.Reveal()), PasswordResetRequired: true})
	})
	return err
}

// DeleteLoginProfile takes the password from a user.
func (c *Client) DeleteLoginProfile(ctx context.Context, user string) error {
	return change(ctx, c.api.DeleteLoginProfile, &awsiam.DeleteLoginProfileInput{UserName: aws.String(user)})
}
