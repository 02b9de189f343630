package broker

import (
	"cmp"
	"os"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/target"
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
		URL:       awsapi.ChosenURL("STS", p.IgnoreEndpointURLs, p.STSEndpointURL, p.EndpointURL),
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

// ChildRegion is the region for the environment of a command: one that a
// person named, or empty.
func (b *Broker) ChildRegion(profile string) (string, error) {
	t, err := b.Target(profile)
	if err != nil {
		return "", err
	}
	return b.childRegion(t), nil
}

func (b *Broker) childRegion(t *target.Target) string {
	return cmp.Or(b.Region, os.Getenv("AWS_REGION"), os.Getenv("AWS_DEFAULT_REGION"), t.Profile.Region)
}
