// Package iam manages users, access keys and policies in AWS Identity and
// Access Management, signing with the credentials it is given and no others.
// A user is always named: IAM demands it of role sessions.
// https://docs.aws.amazon.com/IAM/latest/APIReference/welcome.html
package iam

import (
	"net/http"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/credential"
)

// Client acts in one account as one principal.
type Client struct {
	api *awsiam.Client
}

// New makes a client that signs with creds; it announces the endpoint, and connects to
// nothing. The
// errors are *awsapi.Error with reason BadEndpoint. The endpoint's region picks
// the partition: IAM has one endpoint in each.
func New(e awsapi.Endpoint, creds credential.Credentials) (*Client, error) {
	if e.Clock == nil {
		e.Clock = new(awsapi.Clock)
	}
	h, err := e.HTTPClient()
	if err != nil {
		return nil, err
	}
	e.Announce("iam")
	return &Client{awsiam.New(options(e, h, creds))}, nil
}

func options(e awsapi.Endpoint, h *http.Client, creds credential.Credentials) awsiam.Options {
	o := awsiam.Options{
		Region:           e.Region,
		HTTPClient:       h,
		HTTPSignerV4:     e.Clock,
		RetryMaxAttempts: 1, // awsapi.Send decides about repeating
		Credentials: credentials.NewStaticCredentialsProvider(
			creds.AccessKeyID, creds.SecretAccessKey.Reveal(), creds.SessionToken.Reveal()),
	}
	if e.URL != "" {
		o.BaseEndpoint = aws.String(e.URL)
	}
	if e.FIPS {
		o.EndpointOptions.UseFIPSEndpoint = aws.FIPSEndpointStateEnabled
	}
	return o
}
