package fakeaws

import (
	"net"
	"regexp"
	"slices"
	"strings"
)

// regions are the regions by partition.
// https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html
func regions() map[string][]string {
	return map[string][]string{
		"aws": {
			"af-south-1", "ap-east-1", "ap-east-2", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
			"ap-south-1", "ap-south-2", "ap-southeast-1", "ap-southeast-2", "ap-southeast-3", "ap-southeast-4",
			"ap-southeast-5", "ap-southeast-6", "ap-southeast-7", "ca-central-1", "ca-west-1", "eu-central-1",
			"eu-central-2", "eu-north-1", "eu-south-1", "eu-south-2", "eu-west-1", "eu-west-2", "eu-west-3",
			"il-central-1", "me-central-1", "me-south-1", "mx-central-1", "sa-east-1",
			"us-east-1", "us-east-2", "us-west-1", "us-west-2",
		},
		"aws-cn":     {"cn-north-1", "cn-northwest-1"},
		"aws-us-gov": {"us-gov-east-1", "us-gov-west-1"},
		"aws-iso":    {"us-iso-east-1", "us-iso-west-1"},
		"aws-iso-b":  {"us-isob-east-1", "us-isob-west-1"},
		"aws-iso-e":  {"eu-isoe-west-1"},
		"aws-iso-f":  {"us-isof-east-1", "us-isof-south-1"},
		"aws-eusc":   {"eusc-de-east-1"},
	}
}

func regionKnown(region string) bool { return partitionOf(region) != "" }

// partitionOf is the partition that has the region, or "".
func partitionOf(region string) string {
	for partition, names := range regions() {
		if slices.Contains(names, region) {
			return partition
		}
	}
	return ""
}

var hostOfSTS = regexp.MustCompile(`^sts(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?$`)

// regionOfHost is the region that AWS's own host name of STS stands for, or ""
// for any other host. The global endpoint stands for us-east-1.
// https://docs.aws.amazon.com/general/latest/gr/sts.html
func regionOfHost(host string) string {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	host = strings.ToLower(host)
	if host == "sts.amazonaws.com" {
		return "us-east-1"
	}
	m := hostOfSTS.FindStringSubmatch(host)
	if m == nil {
		return ""
	}
	return m[1]
}

// iamRegions are the regions for which requests to IAM are signed, by
// partition.
// https://docs.aws.amazon.com/general/latest/gr/iam-service.html
func iamRegions() map[string]string {
	return map[string]string{
		"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1",
		"aws-iso": "us-iso-east-1", "aws-iso-b": "us-isob-east-1", "aws-iso-e": "eu-isoe-west-1",
		"aws-iso-f": "us-isof-south-1", "aws-eusc": "eusc-de-east-1",
	}
}

// AcceptAnyIAMRegion lets requests to IAM be signed for any region of the
// partition. AWS does not: this is for real clients with an endpoint of the
// user's choice, which then sign for the region of their configuration.
func (s *Server) AcceptAnyIAMRegion(accept bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.anyIAMRegion = accept
}

// isIAMRegion reports whether a request to the host may be signed for the
// region. A host that is not AWS's own stands for every partition.
func isIAMRegion(region, host string) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	hosts := map[string]string{
		"iam.amazonaws.com": "us-east-1", "iam.cn-north-1.amazonaws.com.cn": "cn-north-1", "iam.us-gov.amazonaws.com": "us-gov-west-1",
	}
	if only := hosts[strings.ToLower(host)]; only != "" {
		return region == only
	}
	return iamRegions()[partitionOf(region)] == region
}

// DisableRegion switches STS off in a region: RegionDisabledException.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_temp_enable-regions.html
func (s *Server) DisableRegion(region string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.disabledRegions[region] = true
}
