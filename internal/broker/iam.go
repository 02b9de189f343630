package broker

import (
	"cmp"
	"errors"
	"os"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/prompt"
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
	e.Region = cmp.Or(iamRegions[p.Partition], config.DefaultRegion(p.Partition), sts.Region)
	e.URL = endpointURL("IAM", p.IgnoreEndpointURLs, p.IAMEndpointURL, p.EndpointURL)
	e.CABundle = cmp.Or(os.Getenv("AWS_CA_BUNDLE"), p.CABundle)
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

// iamFailure says what IAM objected to, in calls about anything but access keys.
func (b *Broker) iamFailure(err error) error {
	var already *Failure
	if err == nil || errors.As(err, &already) {
		return err
	}
	var e *awsapi.Error
	if !errors.As(err, &e) {
		return b.awsFailure(err, nil)
	}
	var f *Failure
	switch e.Reason {
	case awsapi.Unreachable, awsapi.Redirected, awsapi.Garbled:
		f = failed(Unreachable, "AWS IAM could not be reached: %s", prompt.Clean(e.Error())).
			hint("check the network, HTTPS_PROXY and the endpoint settings, and try again")
	case awsapi.Denied:
		f = failed(Refused, "AWS refused: %s", prompt.Clean(e.Error()))
	case awsapi.Busy:
		f = failed(Unreachable, "AWS is busy changing this: %s", prompt.Clean(e.Error())).hint("try again in some minutes")
	default:
		return b.awsFailure(err, nil)
	}
	f.cause = err
	return f
}
