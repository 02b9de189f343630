package target

import (
	"cmp"
	"os"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/say"
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
	e.URL = awsapi.ChosenURL("IAM", p.IgnoreEndpointURLs, p.IAMEndpointURL, p.EndpointURL)
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

// ForeignAddresses returns a line for a plan that names the addresses which STS
// and IAM are asked at for a target, if these are not AWS's own; else nothing.
func (t *Target) ForeignAddresses() string {
	s, i := t.Endpoint, t.IAMEndpoint()
	switch {
	case s.IsAWS("sts") && i.IsAWS("iam"):
		return ""
	case i.IsAWS("iam"):
		return say.Sprintf("address  %s for STS, which is not AWS's own", s.URL)
	case s.IsAWS("sts"):
		return say.Sprintf("address  %s for IAM, which is not AWS's own", i.URL)
	case s.URL == i.URL:
		return say.Sprintf("address  %s, which is not AWS's own", s.URL)
	}
	return say.Sprintf("address  %s and, for IAM, %s,\n         which are not AWS's own", s.URL, i.URL)
}
