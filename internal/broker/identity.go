package broker

import (
	"cmp"
	"context"
	"os"
	"time"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/sts"
)

// identify asks AWS whose key it is, outside of any profile. --region picks
// the partition; without it, it is the commercial one.
func (b *Broker) identify(ctx context.Context, key credential.Credentials) (sts.Identity, error) {
	client, err := sts.New(b.plainEndpoint())
	if err != nil {
		return sts.Identity{}, awsFailure(err, nil, false)
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	identity, err := client.CallerIdentity(ctx, key)
	if err != nil {
		return identity, awsFailure(err, nil, false)
	}
	return identity, nil
}

// plainEndpoint is where STS is outside of any profile.
func (b *Broker) plainEndpoint() awsapi.Endpoint {
	return awsapi.Endpoint{
		Region:    cmp.Or(b.Region, config.DefaultRegion("aws")),
		URL:       endpointURL("STS", false, "", ""),
		CABundle:  os.Getenv("AWS_CA_BUNDLE"),
		FIPS:      envBool("AWS_USE_FIPS_ENDPOINT", false),
		DualStack: envBool("AWS_USE_DUALSTACK_ENDPOINT", false),
	}
}
