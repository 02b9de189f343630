package awsapi

import "strings"

// ARNs name things in AWS: arn:PARTITION:SERVICE:REGION:ACCOUNT:RESOURCE.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference-arns.html

// SplitARN returns the account of an ARN, and the last part of the name of what
// it stands for, less the path. What is no ARN is all name.
func SplitARN(arn string) (account, name string) {
	f := strings.SplitN(arn, ":", 6)
	if len(f) != 6 {
		return "", arn
	}
	return f[4], f[5][strings.LastIndex(f[5], "/")+1:]
}

// NameOf returns the name that [SplitARN] finds in an ARN.
func NameOf(arn string) string {
	_, name := SplitARN(arn)
	return name
}

// PartitionOf returns the partition of an ARN, the commercial one if it names
// none.
func PartitionOf(arn string) string {
	if f := strings.SplitN(arn, ":", 3); len(f) == 3 && f[1] != "" {
		return f[1]
	}
	return "aws"
}
