package awsapi

import (
	"regexp"
	"slices"
	"strings"

	"github.com/awsbroker/awsbroker/internal/pattern"
)

// partitions of AWS: how the names of hosts end there, for IPv4 and for both kinds of
// addresses, and what the names of regions look like. The SDK has them in
// internal/endpoints/awsrulesfn/partitions.json; package sts's tests compare.
var partitions = []struct {
	suffix, dualStack string
	region            func() *regexp.Regexp
}{
	{"amazonaws.com", "api.aws", pattern.Of(`^(us|eu|ap|sa|ca|me|af|il|mx)-\w+-\d+$`)},
	{"amazonaws.com", "api.aws", pattern.Of(`^us-gov-\w+-\d+$`)},
	{"amazonaws.com.cn", "api.amazonwebservices.com.cn", pattern.Of(`^cn-\w+-\d+$`)},
	{"amazonaws.eu", "api.amazonwebservices.eu", pattern.Of(`^eusc-de-\w+-\d+$`)},
	{"c2s.ic.gov", "api.aws.ic.gov", pattern.Of(`^us-iso-\w+-\d+$`)},
	{"sc2s.sgov.gov", "api.aws.scloud", pattern.Of(`^us-isob-\w+-\d+$`)},
	{"cloud.adc-e.uk", "api.cloud-aws.adc-e.uk", pattern.Of(`^eu-isoe-\w+-\d+$`)},
	{"csp.hci.ic.gov", "api.aws.hci.ic.gov", pattern.Of(`^us-isof-\w+-\d+$`)},
}

// iamHosts are the names of IAM's hosts. It has one endpoint in each partition, and no
// rule for its name: the SDK lists them in service/iam/endpoints.go.
var iamHosts = []string{
	"iam.amazonaws.com", "iam-fips.amazonaws.com", "iam.global.api.aws", "iam-fips.global.api.aws",
	"iam.us-gov.amazonaws.com", "iam.us-gov.api.aws",
	"iam.cn-north-1.amazonaws.com.cn", "iam-fips.amazonaws.com.cn", "iam.global.api.amazonwebservices.com.cn", "iam-fips.api.amazonwebservices.com.cn",
	"iam.eusc-de-east-1.amazonaws.eu", "iam-fips.amazonaws.eu", "iam.global.api.amazonwebservices.eu", "iam-fips.api.amazonwebservices.eu",
	"iam.us-iso-east-1.c2s.ic.gov", "iam-fips.us-iso-east-1.c2s.ic.gov", "iam.api.aws.ic.gov", "iam-fips.api.aws.ic.gov",
	"iam.us-isob-east-1.sc2s.sgov.gov", "iam-fips.us-isob-east-1.sc2s.sgov.gov", "iam.api.aws.scloud", "iam-fips.api.aws.scloud",
	"iam.eu-isoe-west-1.cloud.adc-e.uk", "iam-fips.cloud.adc-e.uk", "iam.api.cloud-aws.adc-e.uk", "iam-fips.api.cloud-aws.adc-e.uk",
	"iam.us-isof-south-1.csp.hci.ic.gov", "iam-fips.csp.hci.ic.gov", "iam.api.aws.hci.ic.gov", "iam-fips.api.aws.hci.ic.gov",
}

// isHostOfAWS reports whether AWS's SDKs would build the name for the service, as in
// sts.eu-west-1.amazonaws.com: a region of one partition has no host under the names
// of another. Or whether it is that of a VPC endpoint,
// vpce-0a1b….sts.eu-west-1.vpce.amazonaws.com.
// https://docs.aws.amazon.com/vpc/latest/privatelink/privatelink-access-aws-services.html
func isHostOfAWS(service, host string) bool {
	switch service {
	case "iam":
		return slices.Contains(iamHosts, host) || isVPCEndpoint(service, host)
	case "sts":
		return host == "sts.amazonaws.com" || isHostOfSTS(host) || isVPCEndpoint(service, host)
	}
	return false
}

// isHostOfSTS reports whether host is that of STS in a region.
func isHostOfSTS(host string) bool {
	name, rest, _ := strings.Cut(host, ".")
	region, suffix, _ := strings.Cut(rest, ".")
	if name != "sts" && name != "sts-fips" {
		return false
	}
	for _, p := range partitions {
		if (suffix == p.suffix || suffix == p.dualStack) && p.region().MatchString(region) {
			return true
		}
	}
	return false
}

// vpcEndpoint is the name that AWS gives to a VPC endpoint, without what follows the
// region.
var vpcEndpoint = pattern.Of(`^vpce-[0-9a-z-]+\.(sts|iam)\.([0-9a-z-]+)\.vpce\.(.+)$`)

func isVPCEndpoint(service, host string) bool {
	is := vpcEndpoint().FindStringSubmatch(host)
	if is == nil || is[1] != service {
		return false
	}
	for _, p := range partitions {
		if is[3] == p.suffix && p.region().MatchString(is[2]) {
			return true
		}
	}
	return false
}
