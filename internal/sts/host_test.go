package sts

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssts "github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/awsbroker/awsbroker/internal/awsapi"
)

// TestHostsOfTheSDK: what the SDK would build is AWS's, in every partition.
func TestHostsOfTheSDK(t *testing.T) {
	resolver := awssts.NewDefaultEndpointResolverV2()
	for _, region := range []string{"us-east-1", "eu-central-1", "mx-central-1", "ap-southeast-7", "us-gov-west-1", "us-gov-east-1", "cn-north-1", "cn-northwest-1",
		"eusc-de-east-1", "us-iso-east-1", "us-iso-west-1", "us-isob-east-1", "eu-isoe-west-1", "us-isof-south-1", "us-isof-east-1"} {
		for n := range 8 {
			built, err := resolver.ResolveEndpoint(t.Context(), awssts.EndpointParameters{
				Region: aws.String(region), UseFIPS: aws.Bool(n&1 > 0), UseDualStack: aws.Bool(n&2 > 0), UseGlobalEndpoint: aws.Bool(n == 4),
			})
			if err != nil {
				t.Fatal(region, err)
			}
			if e := (awsapi.Endpoint{URL: built.URI.String()}); !e.IsAWS("sts") || e.IsAWS("iam") {
				t.Errorf("%s is not taken for STS's alone", e.URL)
			}
		}
	}
}
