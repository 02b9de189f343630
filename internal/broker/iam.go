package broker

import (
	"cmp"
	"os"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/iam"
)

// iamRegions sign requests to IAM, which has one endpoint in each partition.
// https://docs.aws.amazon.com/general/latest/gr/iam-service.html
var iamRegions = map[string]string{
	"aws":        "us-east-1",
	"aws-cn":     "cn-north-1",
	"aws-us-gov": "us-gov-west-1",
}

// IAMEndpoint returns where IAM is for a target.
func (t *Target) IAMEndpoint() awsapi.Endpoint {
	p, e := t.Profile, t.Endpoint
	e.Region = cmp.Or(iamRegions[p.Partition], config.DefaultRegion(p.Partition), e.Region)
	e.URL = endpointURL("IAM", p.IgnoreEndpointURLs, p.IAMEndpointURL, p.EndpointURL)
	e.CABundle = cmp.Or(os.Getenv("AWS_CA_BUNDLE"), p.CABundle)
	return e
}

// IAM returns a client of IAM for a target, which signs with creds.
func (t *Target) IAM(creds credential.Credentials) (*iam.Client, error) {
	c, err := iam.New(t.IAMEndpoint(), creds)
	if err != nil {
		return nil, t.Failure(err)
	}
	return c, nil
}
