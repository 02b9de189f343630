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
// the partition; without it, it is the commercial one.
func (b *Broker) IdentifyKey(ctx context.Context, key credential.Credentials) (sts.Identity, error) {
	client, err := sts.New(b.PlainEndpoint())
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

// PlainEndpoint is where STS is outside of any profile.
func (b *Broker) PlainEndpoint() awsapi.Endpoint {
	return awsapi.Endpoint{
		Region:    cmp.Or(b.Region, config.DefaultRegion("aws")),
		URL:       endpointURL("STS", false, "", ""),
		CABundle:  os.Getenv("AWS_CA_BUNDLE"),
		FIPS:      EnvBool("AWS_USE_FIPS_ENDPOINT", false),
		DualStack: EnvBool("AWS_USE_DUALSTACK_ENDPOINT", false),
	}
}
