package sts

import (
	"cmp"
	"context"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awssts "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/credential"
)

// Role is what AssumeRole is asked for. Only the ARN and the name are required.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html
type Role struct {
	ARN            string
	SessionName    string
	ExternalID     string
	Duration       time.Duration // whole seconds; 0 leaves it to AWS: one hour
	SourceIdentity string
	Tags           []Tag
	TransitiveTags []string // keys of Tags
	Policy         string   // JSON
	PolicyARNs     []string // of managed policies
}

// Tag is a session tag.
type Tag struct{ Key, Value string }

// AssumeRole returns a session of the role. Its end is by this machine's clock, and no
// later than asked for.
func (c *Client) AssumeRole(ctx context.Context, creds credential.Credentials, role Role, mfa MFA) (credential.Credentials, error) {
	in := role.input()
	mfa.set(&in.SerialNumber, &in.TokenCode)
	out, err := awsapi.Send(ctx, mfa.sending(), func(ctx context.Context) (*awssts.AssumeRoleOutput, error) {
		return c.api(creds).AssumeRole(ctx, in)
	})
	if err != nil {
		return credential.Credentials{}, err
	}
	return c.session(out.Credentials, accountOf(role.ARN), cmp.Or(role.Duration, defaultOfAssumeRole))
}

func (r Role) input() *awssts.AssumeRoleInput {
	in := &awssts.AssumeRoleInput{
		RoleArn:           aws.String(r.ARN),
		RoleSessionName:   aws.String(r.SessionName),
		DurationSeconds:   seconds(r.Duration),
		ExternalId:        optional(r.ExternalID),
		SourceIdentity:    optional(r.SourceIdentity),
		Policy:            optional(r.Policy),
		TransitiveTagKeys: r.TransitiveTags,
	}
	for _, t := range r.Tags {
		in.Tags = append(in.Tags, types.Tag{Key: aws.String(t.Key), Value: aws.String(t.Value)})
	}
	for _, arn := range r.PolicyARNs {
		in.PolicyArns = append(in.PolicyArns, types.PolicyDescriptorType{Arn: aws.String(arn)})
	}
	return in
}

func optional(s string) *string {
	if s == "" {
		return nil
	}
	return aws.String(s)
}
