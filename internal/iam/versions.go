package iam

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/awsbroker/awsbroker/internal/awsapi"
)

// Version is one of the up to five versions of a managed policy. Its document
// is read by VersionDocument.
type Version struct {
	ID      string // "v1"
	Default bool   // the one that counts
	Created time.Time
}

// Versions lists the versions of a managed policy, the oldest first: v2 before
// v10, whatever second they were made in.
func (c *Client) Versions(ctx context.Context, arn string) ([]Version, error) {
	all, err := list(ctx, awsiam.NewListPolicyVersionsPaginator(c.api, &awsiam.ListPolicyVersionsInput{PolicyArn: aws.String(arn)}),
		func(out *awsiam.ListPolicyVersionsOutput) []types.PolicyVersion { return out.Versions }, versionOf)
	slices.SortStableFunc(all, func(a, b Version) int { return cmp.Compare(number(a.ID), number(b.ID)) })
	return all, err
}

func versionOf(v *types.PolicyVersion) Version {
	return Version{ID: aws.ToString(v.VersionId), Default: v.IsDefaultVersion, Created: aws.ToTime(v.CreateDate).UTC()}
}

// number of a version: AWS counts them, and gives none a second time.
func number(id string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(id, "v"))
	return n
}

// VersionDocument reads what a version of a managed policy says, as JSON.
func (c *Client) VersionDocument(ctx context.Context, arn, version string) (string, error) {
	return one(ctx, awsapi.Repeatable, c.api.GetPolicyVersion, &awsiam.GetPolicyVersionInput{PolicyArn: aws.String(arn), VersionId: aws.String(version)},
		func(out *awsiam.GetPolicyVersionOutput) *types.PolicyVersion { return out.PolicyVersion },
		func(v *types.PolicyVersion) string { return document(v.Document) })
}

// ManagedDocument reads what a managed policy says, as JSON: its version that
// counts.
func (c *Client) ManagedDocument(ctx context.Context, arn string) (string, error) {
	p, err := c.ManagedPolicy(ctx, arn)
	if err != nil {
		return "", err
	}
	return c.VersionDocument(ctx, arn, p.Version)
}

// CreateVersion gives a policy of the account a new version that counts from
// now on. It is sent once. Reason Quota: there are five, and one has to go.
func (c *Client) CreateVersion(ctx context.Context, arn, document string) (Version, error) {
	return one(ctx, awsapi.Once, c.api.CreatePolicyVersion, &awsiam.CreatePolicyVersionInput{
		PolicyArn: aws.String(arn), PolicyDocument: aws.String(document), SetAsDefault: true},
		func(out *awsiam.CreatePolicyVersionOutput) *types.PolicyVersion { return out.PolicyVersion }, versionOf)
}

// UseVersion makes a version the one that counts.
func (c *Client) UseVersion(ctx context.Context, arn, version string) error {
	return change(ctx, c.api.SetDefaultPolicyVersion, &awsiam.SetDefaultPolicyVersionInput{PolicyArn: aws.String(arn), VersionId: aws.String(version)})
}

// DeleteVersion deletes a version that does not count; else the reason is
// InUse.
func (c *Client) DeleteVersion(ctx context.Context, arn, version string) error {
	return change(ctx, c.api.DeletePolicyVersion, &awsiam.DeletePolicyVersionInput{PolicyArn: aws.String(arn), VersionId: aws.String(version)})
}
