package config

import (
	"fmt"
	"strings"
)

// partitionPattern matches every partition that an ARN may name.
const partitionPattern = `aws|aws-cn|aws-us-gov|aws-eusc|aws-iso(?:-[a-z])?`

// partitions come from the SDKs' partitions.json; the default regions of the
// first three from contract.md 8.5. The last entry takes every other region.
var partitions = []struct {
	name          string
	prefix        string // of its regions
	defaultRegion string
}{
	{"aws-cn", "cn-", "cn-northwest-1"},
	{"aws-us-gov", "us-gov-", "us-gov-west-1"},
	{"aws-iso", "us-iso-", "us-iso-east-1"},
	{"aws-iso-b", "us-isob-", "us-isob-east-1"},
	{"aws-iso-e", "eu-isoe-", "eu-isoe-west-1"},
	{"aws-iso-f", "us-isof-", "us-isof-south-1"},
	{"aws-eusc", "eusc-", "eusc-de-east-1"},
	{"aws", "", "us-east-1"},
}

// PartitionOfRegion returns the partition that a region belongs to.
func PartitionOfRegion(region string) string {
	for _, p := range partitions {
		if strings.HasPrefix(region, p.prefix) {
			return p.name
		}
	}
	return "aws"
}

// DefaultRegion returns the region to call when nothing names one, or "" for
// a partition that is not known.
func DefaultRegion(partition string) string {
	for _, p := range partitions {
		if p.name == partition {
			return p.defaultRegion
		}
	}
	return ""
}

// Regions are the overrides of a profile's region, from the strongest.
type Regions struct {
	Flag             string // --region
	AWSRegion        string // AWS_REGION
	AWSDefaultRegion string // AWS_DEFAULT_REGION
}

// ResolveRegion returns the region in which STS is called, and where it is set: an
// override, the profile, its source, or the default of the partition. The AWS CLI does
// not look at the source, and fails without a region; here the person's home region
// is better than the partition's default
// (https://docs.aws.amazon.com/sdkref/latest/guide/feature-region.html). A region of
// another partition than the role's is a [*PartitionError], and one that is no region
// a [*ValueError].
func (p *Profile) ResolveRegion(over Regions) (region string, from Origin, err error) {
	candidates := []Origin{
		{Key: "--region", Value: over.Flag},
		{Key: "AWS_REGION", Value: over.AWSRegion},
		{Key: "AWS_DEFAULT_REGION", Value: over.AWSDefaultRegion},
	}
	for q := p; q != nil; q = q.Source {
		if o, ok := q.Origin("region"); ok {
			candidates = append(candidates, o)
		}
	}
	for _, o := range candidates {
		if o.Value == "" {
			continue
		}
		if want := CheckRegion(o.Value); want != "" {
			return "", o, &ValueError{Origin: o, Want: want}
		}
		if err := p.checkPartition(o); err != nil {
			return "", o, err
		}
		return o.Value, o, nil
	}
	region = DefaultRegion(p.Partition)
	if region == "" {
		return "", Origin{}, fmt.Errorf("profile %q has no region, and there is no default for partition %q", p.Name, p.Partition)
	}
	return region, Origin{Key: "default of partition " + p.Partition, Value: region}, nil
}

// checkPartition compares the partition of a region with that of the ARN that decides
// about the profile's.
func (p *Profile) checkPartition(region Origin) error {
	for _, setting := range []string{"role_arn", "mfa_serial"} {
		arn, ok := p.Origin(setting)
		if !ok || arnPartition(arn.Value) == "" {
			continue
		}
		a, b := PartitionOfRegion(region.Value), arnPartition(arn.Value)
		if a != b {
			return &PartitionError{A: region, B: arn, PartitionA: a, PartitionB: b}
		}
		return nil
	}
	return nil
}

// arnPartition returns the partition of an ARN, or "" for a serial number.
func arnPartition(arn string) string {
	rest, ok := strings.CutPrefix(arn, "arn:")
	if !ok {
		return ""
	}
	partition, _, _ := strings.Cut(rest, ":")
	return partition
}

// setPartition sets the profile's partition. A device of another partition than the
// role's, and a role of another one than its source's, are refused.
func (r *resolver) setPartition() {
	p := r.profile
	role, device := arnPartition(p.RoleARN), arnPartition(p.MFASerial)
	if role != "" && device != "" && role != device {
		a, _ := p.Origin("role_arn")
		b, _ := p.Origin("mfa_serial")
		r.fail(&PartitionError{A: a, B: b, PartitionA: role, PartitionB: device})
		return
	}
	if source := p.Source; role != "" && source != nil && source.RoleARN != "" && source.Partition != role {
		a, _ := p.Origin("role_arn")
		b, _ := source.Origin("role_arn")
		r.fail(&PartitionError{A: a, B: b, PartitionA: role, PartitionB: source.Partition})
		return
	}
	switch {
	case role != "":
		p.Partition = role
	case device != "":
		p.Partition = device
	case p.Region != "":
		p.Partition = PartitionOfRegion(p.Region)
	case p.Source != nil:
		p.Partition = p.Source.Partition
	default:
		p.Partition = "aws"
	}
}
