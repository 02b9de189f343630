package broker

import (
	"cmp"
	"os"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
)

// region returns the region of a profile's calls, and the setting that says so.
func (b *Broker) region(p *config.Profile) (string, config.Origin, error) {
	return p.ResolveRegion(config.Regions{
		Flag:             b.Region,
		AWSRegion:        os.Getenv("AWS_REGION"),
		AWSDefaultRegion: os.Getenv("AWS_DEFAULT_REGION"),
	})
}

// endpoint returns where STS is for a profile.
func (b *Broker) endpoint(p *config.Profile) (awsapi.Endpoint, error) {
	region, from, err := b.region(p)
	if err != nil {
		return awsapi.Endpoint{}, failure.OfConfig(err)
	}
	b.Debug("region: %s (%s)", region, from)
	e := awsapi.Endpoint{
		Region:    region,
		URL:       endpointURL("STS", p.IgnoreEndpointURLs, p.STSEndpointURL, p.EndpointURL),
		CABundle:  cmp.Or(os.Getenv("AWS_CA_BUNDLE"), p.CABundle),
		FIPS:      awsapi.EnvBool("AWS_USE_FIPS_ENDPOINT", p.UseFIPS),
		DualStack: awsapi.EnvBool("AWS_USE_DUALSTACK_ENDPOINT", p.UseDualStack),
		Clock:     b.clockOfAWS(),
		Notice:    b.noticeOfAddresses(),
	}
	if err := awsapi.CheckURL(e.URL); err != nil {
		return e, failure.OfAWS(err, nil, false)
	}
	b.Debug("endpoint: %s", cmp.Or(e.URL, "AWS's own"))
	return e, nil
}

// endpointURL follows AWS's order: a variable for the service, one for all, the
// profile's for the service, the profile's for all.
// https://docs.aws.amazon.com/sdkref/latest/guide/feature-ss-endpoints.html
func endpointURL(service string, ignored bool, ofService, ofAll string) string {
	if awsapi.EnvBool("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS", ignored) {
		return ""
	}
	return cmp.Or(os.Getenv("AWS_ENDPOINT_URL_"+service), os.Getenv("AWS_ENDPOINT_URL"), ofService, ofAll)
}

// ChildRegion is the region for the environment of a command: one that a
// person named, or empty.
func (b *Broker) ChildRegion(profile string) (string, error) {
	t, err := b.Target(profile)
	if err != nil {
		return "", err
	}
	return b.childRegion(t), nil
}

func (b *Broker) childRegion(t *Target) string {
	return cmp.Or(b.Region, os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION"), t.Profile.Region)
}

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

// SignInURL returns the address of the sign-in service that a person chose for a target,
// in AWS's order; empty for AWS's own.
func (t *Target) SignInURL() string {
	p := t.Profile
	return endpointURL("SIGNIN", p.IgnoreEndpointURLs, "", p.EndpointURL)
}

// SignedByKey reports whether the key itself asks for the target's sessions, and no
// session does: AWS then lets the console's session have a length of its own.
func (t *Target) SignedByKey() bool { return t.From == nil }
