package iam

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/credential"
)

// CodeCommit is the service whose credentials are user names and passwords for Git.
const CodeCommit = "codecommit.amazonaws.com"

// ServiceCredentialQuota is how many a user may have for one service; inactive ones count.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_service-specific-creds.html
const ServiceCredentialQuota = 2

// ServiceCredential is a user name for one service that takes no signatures. It has no end
// of its own.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ServiceSpecificCredentialMetadata.html
type ServiceCredential struct {
	ID      string
	User    string // in IAM
	Service string // such as CodeCommit
	Name    string // for the service: phoebe-at-123456789012
	Active  bool
	Created time.Time // UTC
}

// ServiceCredentials lists those of a user, or of all users for an empty name, the oldest
// first; service may be empty.
func (c *Client) ServiceCredentials(ctx context.Context, user, service string) (all []ServiceCredential, err error) {
	in := &awsiam.ListServiceSpecificCredentialsInput{UserName: name(user), ServiceName: name(service)}
	if user == "" {
		in.AllUsers = aws.Bool(true)
	}
	for pages := 0; ; pages++ {
		if pages == mostPages {
			return nil, endless()
		}
		out, err := awsapi.Send(ctx, awsapi.Repeatable, func(ctx context.Context) (*awsiam.ListServiceSpecificCredentialsOutput, error) {
			return c.api.ListServiceSpecificCredentials(ctx, in)
		})
		if err != nil {
			return nil, err
		}
		for _, m := range out.ServiceSpecificCredentials {
			all = append(all, ServiceCredential{
				ID: aws.ToString(m.ServiceSpecificCredentialId), User: aws.ToString(m.UserName), Service: aws.ToString(m.ServiceName),
				Name: aws.ToString(m.ServiceUserName), Active: m.Status == types.StatusTypeActive, Created: aws.ToTime(m.CreateDate).UTC(),
			})
		}
		if in.Marker = out.Marker; !out.IsTruncated || in.Marker == nil {
			break
		}
	}
	slices.SortStableFunc(all, func(a, b ServiceCredential) int { return a.Created.Compare(b.Created) })
	return all, nil
}

// CreateServiceCredential makes one; this answer is the only place where AWS ever shows its
// password. It is sent once, as CreateKey is.
func (c *Client) CreateServiceCredential(ctx context.Context, user, service string) (ServiceCredential, credential.Secret, error) {
	out, err := awsapi.Send(ctx, awsapi.Once, func(ctx context.Context) (*awsiam.CreateServiceSpecificCredentialOutput, error) {
		return c.api.CreateServiceSpecificCredential(ctx, &awsiam.CreateServiceSpecificCredentialInput{UserName: aws.String(user), ServiceName: aws.String(service)})
	})
	if err != nil {
		return ServiceCredential{}, credential.Secret{}, err
	}
	m := out.ServiceSpecificCredential
	if m == nil || !credential.IsGraphic(aws.ToString(m.ServicePassword)) || !credential.IsGraphic(aws.ToString(m.ServiceUserName)) || aws.ToString(m.ServiceSpecificCredentialId) == "" {
		return ServiceCredential{}, credential.Secret{}, incomplete("password")
	}
	made := ServiceCredential{ID: aws.ToString(m.ServiceSpecificCredentialId), User: user, Service: service,
		Name: aws.ToString(m.ServiceUserName), Active: true, Created: aws.ToTime(m.CreateDate).UTC()}
	return made, credential.NewSecret(aws.ToString(m.ServicePassword)), nil
}

// DeleteServiceCredential deletes one for good. One that is not there (any more) is an
// *awsapi.Error with reason NotThere.
func (c *Client) DeleteServiceCredential(ctx context.Context, user, id string) error {
	return change(ctx, c.api.DeleteServiceSpecificCredential, &awsiam.DeleteServiceSpecificCredentialInput{UserName: aws.String(user), ServiceSpecificCredentialId: aws.String(id)})
}
