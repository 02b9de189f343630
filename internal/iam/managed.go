package iam

import (
	"context"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/awsbroker/awsbroker/internal/awsapi"
)

// VersionQuota is how many versions a managed policy may have.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const VersionQuota = 5

// ManagedPolicy is a policy with an ARN: one of the account's, or AWS's own.
type ManagedPolicy struct {
	Name     string
	ARN      string
	Version  string // the one that counts
	Attached int    // to how many users, groups and roles; 0 if AWS does not say
}

func managedOf(p *types.Policy) ManagedPolicy {
	return ManagedPolicy{
		Name: aws.ToString(p.PolicyName), ARN: aws.ToString(p.Arn),
		Version: aws.ToString(p.DefaultVersionId), Attached: int(aws.ToInt32(p.AttachmentCount)),
	}
}

// ManagedPolicy reads what a policy is, by its ARN. Reason NotThere: there is
// none.
func (c *Client) ManagedPolicy(ctx context.Context, arn string) (ManagedPolicy, error) {
	return one(ctx, awsapi.Repeatable, c.api.GetPolicy, &awsiam.GetPolicyInput{PolicyArn: aws.String(arn)},
		func(out *awsiam.GetPolicyOutput) *types.Policy { return out.Policy }, managedOf)
}

// ManagedPolicies lists the account's own policies.
func (c *Client) ManagedPolicies(ctx context.Context) ([]ManagedPolicy, error) {
	return list(ctx, awsiam.NewListPoliciesPaginator(c.api, &awsiam.ListPoliciesInput{Scope: types.PolicyScopeTypeLocal}),
		func(out *awsiam.ListPoliciesOutput) []types.Policy { return out.Policies }, managedOf)
}

// CreatePolicy makes a policy of the account. It is sent once, as CreateUser
// is.
func (c *Client) CreatePolicy(ctx context.Context, name, description, document string) (ManagedPolicy, error) {
	return one(ctx, awsapi.Once, c.api.CreatePolicy, &awsiam.CreatePolicyInput{
		PolicyName: aws.String(name), Description: aws.String(description), PolicyDocument: aws.String(document)},
		func(out *awsiam.CreatePolicyOutput) *types.Policy { return out.Policy }, managedOf)
}

// DeletePolicy deletes a policy of the account that is attached to nothing and
// has one version; else the reason is InUse.
func (c *Client) DeletePolicy(ctx context.Context, arn string) error {
	return change(ctx, c.api.DeletePolicy, &awsiam.DeletePolicyInput{PolicyArn: aws.String(arn)})
}
