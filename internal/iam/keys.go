package iam

import (
	"context"
	"slices"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	awsiam "github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/credential"
)

// KeyQuota is how many access keys a user may have; inactive ones count.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
const KeyQuota = 2

// Key is an access key as IAM lists it, without its secret.
type Key struct {
	ID      string
	Active  bool
	Created time.Time // UTC
}

// Use is when an access key was last used. The zero Use is never.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_AccessKeyLastUsed.html
type Use struct {
	At      time.Time
	Service string
	Region  string
}

// Keys lists a user's access keys, the oldest first. An empty user is the one
// whose long-lived key signs, which is how the root user names itself.
func (c *Client) Keys(ctx context.Context, user string) ([]Key, error) {
	keys, _, err := c.KeysNow(ctx, user)
	return keys, err
}

// KeysNow is Keys with the time of the answer by AWS's clock, which is the one
// that Created is of.
func (c *Client) KeysNow(ctx context.Context, user string) (keys []Key, now time.Time, err error) {
	var marker *string
	for pages := 0; ; pages++ {
		if pages == mostPages {
			return nil, now, endless()
		}
		out, err := awsapi.Send(ctx, awsapi.Repeatable, func(ctx context.Context) (*awsiam.ListAccessKeysOutput, error) {
			return c.api.ListAccessKeys(ctx, &awsiam.ListAccessKeysInput{UserName: name(user), Marker: marker})
		})
		if err != nil {
			return nil, now, err
		}
		var ok bool
		if now, ok = middleware.GetServerTime(out.ResultMetadata); !ok {
			return nil, now, &awsapi.Error{Reason: awsapi.Garbled, Sent: true, Message: "the answer has no date"}
		}
		for _, m := range out.AccessKeyMetadata {
			keys = append(keys, Key{
				ID:      aws.ToString(m.AccessKeyId),
				Active:  m.Status == types.StatusTypeActive,
				Created: aws.ToTime(m.CreateDate).UTC(),
			})
		}
		if marker = out.Marker; !out.IsTruncated || marker == nil {
			break
		}
	}
	slices.SortStableFunc(keys, func(a, b Key) int { return a.Created.Compare(b.Created) })
	return keys, now.UTC(), nil
}

// LastUse of an access key. AWS records it with a delay of minutes to hours.
func (c *Client) LastUse(ctx context.Context, id string) (Use, error) {
	out, err := awsapi.Send(ctx, awsapi.Repeatable, func(ctx context.Context) (*awsiam.GetAccessKeyLastUsedOutput, error) {
		return c.api.GetAccessKeyLastUsed(ctx, &awsiam.GetAccessKeyLastUsedInput{AccessKeyId: aws.String(id)})
	})
	if err != nil || out.AccessKeyLastUsed == nil || out.AccessKeyLastUsed.LastUsedDate == nil {
		return Use{}, err
	}
	u := out.AccessKeyLastUsed
	return Use{At: u.LastUsedDate.UTC(), Service: aws.ToString(u.ServiceName), Region: aws.ToString(u.Region)}, nil
}

// CreateKey makes a new access key; this answer is the only place where AWS
// ever shows its secret. It is sent once: when the answer is lost (an
// *awsapi.Error with Sent), only Keys can tell whether there is a new key.
func (c *Client) CreateKey(ctx context.Context, user string) (credential.Credentials, error) {
	out, err := awsapi.Send(ctx, awsapi.Once, func(ctx context.Context) (*awsiam.CreateAccessKeyOutput, error) {
		return c.api.CreateAccessKey(ctx, &awsiam.CreateAccessKeyInput{UserName: name(user)})
	})
	if err != nil {
		return credential.Credentials{}, err
	}
	var key credential.Credentials
	if k := out.AccessKey; k != nil {
		key = credential.Credentials{AccessKeyID: aws.ToString(k.AccessKeyId), SecretAccessKey: credential.NewSecret(aws.ToString(k.SecretAccessKey))}
	}
	if !key.IsWellFormed() {
		return credential.Credentials{}, &awsapi.Error{Reason: awsapi.Garbled, Sent: true, Message: "the answer holds no complete access key"}
	}
	return key, nil
}

// SetKeyActive activates or deactivates an access key.
func (c *Client) SetKeyActive(ctx context.Context, user, id string, active bool) error {
	status := types.StatusTypeInactive
	if active {
		status = types.StatusTypeActive
	}
	_, err := awsapi.Send(ctx, awsapi.Repeatable, func(ctx context.Context) (*awsiam.UpdateAccessKeyOutput, error) {
		return c.api.UpdateAccessKey(ctx, &awsiam.UpdateAccessKeyInput{UserName: name(user), AccessKeyId: aws.String(id), Status: status})
	})
	return err
}

// DeleteKey deletes an access key for good. A key that is not there (any more)
// is an *awsapi.Error with reason NotThere.
func (c *Client) DeleteKey(ctx context.Context, user, id string) error {
	_, err := awsapi.Send(ctx, awsapi.Repeatable, func(ctx context.Context) (*awsiam.DeleteAccessKeyOutput, error) {
		return c.api.DeleteAccessKey(ctx, &awsiam.DeleteAccessKeyInput{UserName: name(user), AccessKeyId: aws.String(id)})
	})
	return err
}

func name(user string) *string {
	if user == "" {
		return nil
	}
	return aws.String(user)
}

// KeyOwner is the name of the user an access key of the account belongs to. A
// key of another account is Denied, as one that does not exist.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_GetAccessKeyLastUsed.html
func (c *Client) KeyOwner(ctx context.Context, id string) (string, error) {
	out, err := awsapi.Send(ctx, awsapi.Repeatable, func(ctx context.Context) (*awsiam.GetAccessKeyLastUsedOutput, error) {
		return c.api.GetAccessKeyLastUsed(ctx, &awsiam.GetAccessKeyLastUsedInput{AccessKeyId: aws.String(id)})
	})
	if err != nil {
		return "", err
	}
	return aws.ToString(out.UserName), nil
}
