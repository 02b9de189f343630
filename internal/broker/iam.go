package broker

import (
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

// iamEndpoint is where IAM is for a profile, given where STS is.
func iamEndpoint(p *config.Profile, sts awsapi.Endpoint) awsapi.Endpoint {
	e := sts
	e.Region = firstOf(iamRegions[p.Partition], config.DefaultRegion(p.Partition), sts.Region)
	e.URL = endpointURL("IAM", p.IgnoreEndpointURLs, p.IAMEndpointURL, p.EndpointURL)
	e.CABundle = firstOf(os.Getenv("AWS_CA_BUNDLE"), p.CABundle)
	return e
}

// iamAs is IAM for a target, acting as whoever creds belong to.
func (b *Broker) iamAs(t *Target, creds credential.Credentials) (*iam.Client, error) {
	c, err := iam.New(iamEndpoint(t.Profile, t.Endpoint), creds)
	if err != nil {
		return nil, b.awsFailure(err, t)
	}
	return c, nil
}
