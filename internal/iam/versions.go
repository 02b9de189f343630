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
func (c *Client) Versions(ctx context.Context, arn string) (all []Version, err error) {
	err = pages(ctx, func(ctx context.Context, marker *string) (*awsiam.ListPolicyVersionsOutput, error) {
		return c.api.ListPolicyVersions(ctx, &awsiam.ListPolicyVersionsInput{PolicyArn: aws.String(arn), Marker: marker})
	}, func(out *awsiam.ListPolicyVersionsOutput) *string {
		for _, v := range out.Versions {
			all = append(all, Version{ID: aws.ToString(v.VersionId), Default: v.IsDefaultVersion, Created: aws.ToTime(v.CreateDate).UTC()})
		}
		return next(out.IsTruncated, out.Marker)
	})
	slices.SortStableFunc(all, func(a, b Version) int { return cmp.Compare(number(a.ID), number(b.ID)) })
	return all, err
}

// number of a version: AWS counts them, and gives none a second time.
func number(id string) int {
	n, _ := strconv.Atoi(strings.TrimPrefix(id, "v"))
	return n
}

// VersionDocument reads what a version of a managed policy says, as JSON.
func (c *Client) VersionDocument(ctx context.Context, arn, version string) (string, error) {
	out, err := awsapi.Send(ctx, awsapi.Repeatable, func(ctx context.Context) (*awsiam.GetPolicyVersionOutput, error) {
		return c.api.GetPolicyVersion(ctx, &awsiam.GetPolicyVersionInput{PolicyArn: aws.String(arn), VersionId: aws.String(version)})
	})
	if err != nil {
		return "", err
	}
	if out.PolicyVersion == nil {
		return "", incomplete("policy")
	}
	return document(out.PolicyVersion.Document), nil
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
	out, err := awsapi.Send(ctx, awsapi.Once, func(ctx context.Context) (*awsiam.CreatePolicyVersionOutput, error) {
		return c.api.CreatePolicyVersion(ctx, &awsiam.CreatePolicyVersionInput{
			PolicyArn: aws.String(arn), PolicyDocument: aws.String(document), SetAsDefault: true})
	})
	if err != nil {
		return Version{}, err
	}
	if out.PolicyVersion == nil {
		return Version{}, incomplete("policy version")
	}
	v := out.PolicyVersion
	return Version{ID: aws.ToString(v.VersionId), Default: v.IsDefaultVersion, Created: aws.ToTime(v.CreateDate).UTC()}, nil
}

// UseVersion makes a version the one that counts.
func (c *Client) UseVersion(ctx context.Context, arn, version string) error {
	return change(ctx, func(ctx context.Context) (*awsiam.SetDefaultPolicyVersionOutput, error) {
		return c.api.SetDefaultPolicyVersion(ctx, &awsiam.SetDefaultPolicyVersionInput{PolicyArn: aws.String(arn), VersionId: aws.String(version)})
	})
}

// DeleteVersion deletes a version that does not count; else the reason is
// InUse.
func (c *Client) DeleteVersion(ctx context.Context, arn, version string) error {
	return change(ctx, func(ctx context.Context) (*awsiam.DeletePolicyVersionOutput, error) {
		return c.api.DeletePolicyVersion(ctx, &awsiam.DeletePolicyVersionInput{PolicyArn: aws.String(arn), VersionId: aws.String(version)})
	})
}
