package broker

import (
	"cmp"
	"context"
	"os"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/sts"
)

// IdentifyKey asks AWS whose key it is, outside of any profile. --region picks
// the partition, else region; without either it is the commercial one.
func (b *Broker) IdentifyKey(ctx context.Context, key credential.Credentials, region string) (sts.Identity, error) {
	client, err := sts.New(b.PlainEndpoint(region))
	if err != nil {
		return sts.Identity{}, failure.OfAWS(err, nil, false)
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	identity, err := client.CallerIdentity(ctx, key)
	if err != nil {
		return identity, failure.OfAWS(err, nil, false)
	}
	return identity, nil
}

// PlainEndpoint returns where STS is outside of any profile: in the region that
// --region names, else in region, else in the default one.
func (b *Broker) PlainEndpoint(region string) awsapi.Endpoint {
	return awsapi.Endpoint{
		Region:    cmp.Or(b.Region, region, config.DefaultRegion("aws")),
		URL:       awsapi.ChosenURL("STS", false, "", ""),
		CABundle:  os.Getenv("AWS_CA_BUNDLE"),
		FIPS:      awsapi.EnvBool("AWS_USE_FIPS_ENDPOINT", false),
		DualStack: awsapi.EnvBool("AWS_USE_DUALSTACK_ENDPOINT", false),
		Clock:     b.clockOfAWS(),
		Notice:    b.noticeOfAddresses(),
	}
}
