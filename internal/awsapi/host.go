package awsapi

import (
	"strings"

	"github.com/awsbroker/awsbroker/internal/pattern"
)

// suffixes are the ends of AWS's host names in all partitions: with a region,
// for IPv4, and for both kinds of addresses.
// https://docs.aws.amazon.com/general/latest/gr/sts.html
var suffixes = []string{
	"amazonaws.com", "api.aws",
	"amazonaws.com.cn", "api.amazonwebservices.com.cn",
	"amazonaws.eu", "api.amazonwebservices.eu",
	"c2s.ic.gov", "api.aws.ic.gov", "sc2s.sgov.gov", "api.aws.scloud", "cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", "csp.hci.ic.gov", "api.aws.hci.ic.gov",
}

// region is the form of the names of regions, and of the two that stand for
// all regions of a partition in the names of IAM's hosts.
var region = pattern.Of(`^([a-z]{2,}(-[a-z]+)+-[0-9]+|us-gov|global)$`)

// isHostOfAWS reports whether AWS's SDKs would build the name for the service:
// sts.amazonaws.com, sts-fips.us-east-1.amazonaws.com, iam.global.api.aws; or
// whether it is that of a VPC endpoint, vpce-0a1b….sts.eu-west-1.vpce.amazonaws.com.
// https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html
func isHostOfAWS(service, host string) bool {
	for _, suffix := range suffixes {
		rest, ok := strings.CutSuffix(host, "."+suffix)
		if !ok {
			continue
		}
		labels := strings.Split(rest, ".")
		switch {
		case len(labels) == 1:
			return isService(service, labels[0])
		case len(labels) == 2:
			return isService(service, labels[0]) && region().MatchString(labels[1])
		case len(labels) == 4:
			return strings.HasPrefix(labels[0], "vpce-") && labels[1] == service && region().MatchString(labels[2]) && labels[3] == "vpce"
		}
	}
	return false
}

func isService(service, label string) bool { return label == service || label == service+"-fips" }
