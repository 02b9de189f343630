package broker

import (
	"context"
	"os"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/sts"
)

// identify asks AWS whose key it is, outside of any profile: at the region of
// --region, else at partition's default one.
func (b *Broker) identify(ctx context.Context, key credential.Credentials, partition string) (sts.Identity, error) {
	e := sts.Endpoint{
		Region:    firstOf(b.Region, config.DefaultRegion(partition)),
		CABundle:  os.Getenv("AWS_CA_BUNDLE"),
		FIPS:      envBool("AWS_USE_FIPS_ENDPOINT", false),
		DualStack: envBool("AWS_USE_DUALSTACK_ENDPOINT", false),
	}
	if !strings.EqualFold(os.Getenv("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS"), "true") {
		e.URL = firstOf(os.Getenv("AWS_ENDPOINT_URL_STS"), os.Getenv("AWS_ENDPOINT_URL"))
	}
	client, err := sts.New(e)
	if err != nil {
		return sts.Identity{}, b.stsFailure(err, nil)
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	identity, err := client.CallerIdentity(ctx, key)
	if err != nil {
		return identity, b.stsFailure(err, nil)
	}
	return identity, nil
}

// partitionOf an ARN; "aws" where it says none.
func partitionOf(arn string) string {
	if f := strings.SplitN(arn, ":", 3); len(f) == 3 && f[0] == "arn" && f[1] != "" {
		return f[1]
	}
	return "aws"
}
