// Package sts gets temporary credentials from the AWS Security Token Service
// and turns its errors into ours. Requests are signed with the credentials
// they are given and nothing else: no default chain, no ambient AWS_* keys.
// https://docs.aws.amazon.com/STS/latest/APIReference/welcome.html
package sts

import (
	"cmp"
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/middleware"
	"github.com/aws/aws-sdk-go-v2/credentials"
	awssts "github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/credential"
)

// Client talks to STS at one endpoint.
type Client struct {
	endpoint awsapi.Endpoint
	http     *http.Client
}

// New checks the endpoint and announces it; it connects to nothing. The errors are
// *awsapi.Error with reason BadEndpoint.
func New(e awsapi.Endpoint) (*Client, error) {
	if e.Clock == nil {
		e.Clock = new(awsapi.Clock)
	}
	h, err := e.HTTPClient()
	if err != nil {
		return nil, err
	}
	e.Announce("sts")
	return &Client{endpoint: e, http: h}, nil
}

// api signs with creds.
func (c *Client) api(creds credential.Credentials) *awssts.Client {
	return c.apiOf(credentials.NewStaticCredentialsProvider(
		creds.AccessKeyID, creds.SecretAccessKey.Reveal(), creds.SessionToken.Reveal()))
}

// apiOf signs with what signer has. A request is sent once by the SDK;
// awsapi.Send decides about repeating it.
func (c *Client) apiOf(signer aws.CredentialsProvider) *awssts.Client {
	o := awssts.Options{
		Region:           c.endpoint.Region,
		HTTPClient:       c.http,
		HTTPSignerV4:     c.endpoint.Clock,
		RetryMaxAttempts: 1,
		Credentials:      signer,
	}
	if c.endpoint.URL != "" {
		o.BaseEndpoint = aws.String(c.endpoint.URL)
	}
	if c.endpoint.FIPS {
		o.EndpointOptions.UseFIPSEndpoint = aws.FIPSEndpointStateEnabled
	}
	if c.endpoint.DualStack {
		o.EndpointOptions.UseDualStackEndpoint = aws.DualStackEndpointStateEnabled
	}
	return awssts.New(o)
}

// Identity is who signed a request.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
type Identity struct {
	Account string // twelve digits
	ARN     string
}

// IsRoot reports whether the identity is the root user of its account.
func (i Identity) IsRoot() bool { return strings.HasSuffix(i.ARN, ":root") }

// UserName is the name of an IAM user without its path, or empty for the
// root user and for roles.
func (i Identity) UserName() string {
	_, path, ok := strings.Cut(i.ARN, ":user/")
	if !ok {
		return ""
	}
	return path[strings.LastIndex(path, "/")+1:]
}

// CallerIdentity asks who creds belong to. Any valid key may ask.
func (c *Client) CallerIdentity(ctx context.Context, creds credential.Credentials) (Identity, error) {
	out, err := awsapi.Send(ctx, awsapi.Repeatable, func(ctx context.Context) (*awssts.GetCallerIdentityOutput, error) {
		return c.api(creds).GetCallerIdentity(ctx, &awssts.GetCallerIdentityInput{})
	})
	if err != nil {
		return Identity{}, err
	}
	return Identity{aws.ToString(out.Account), aws.ToString(out.Arn)}, nil
}

// ServerTime is the time by AWS's clock, which the issue times of sessions are
// of, in whole seconds. It asks who creds belong to, as CallerIdentity does.
func (c *Client) ServerTime(ctx context.Context, creds credential.Credentials) (time.Time, error) {
	out, err := awsapi.Send(ctx, awsapi.Repeatable, func(ctx context.Context) (*awssts.GetCallerIdentityOutput, error) {
		return c.api(creds).GetCallerIdentity(ctx, &awssts.GetCallerIdentityInput{})
	})
	if err != nil {
		return time.Time{}, err
	}
	now, ok := middleware.GetServerTime(out.ResultMetadata)
	if !ok {
		return now, &awsapi.Error{Reason: awsapi.Garbled, Sent: true, Message: "the answer has no date"}
	}
	return now.UTC().Truncate(time.Second), nil
}

// ClockOffset is how far this machine's clock is ahead of AWS's, to the second.
// The request is not signed: AWS refuses it, and its refusal is dated.
func (c *Client) ClockOffset(ctx context.Context) (time.Duration, error) {
	_, err := awsapi.Send(ctx, awsapi.Repeatable, func(ctx context.Context) (*awssts.GetCallerIdentityOutput, error) {
		return c.apiOf(aws.AnonymousCredentials{}).GetCallerIdentity(ctx, &awssts.GetCallerIdentityInput{})
	})
	if offset, ok := awsapi.ClockOffset(err); ok {
		return offset, nil
	}
	if err == nil {
		err = &awsapi.Error{Reason: awsapi.Garbled, Sent: true, Message: "an unsigned request was answered"}
	}
	return 0, err
}

// MFA is a device and a code of it. The zero value sends neither.
type MFA struct {
	Serial string
	Code   credential.Secret
}

func (m MFA) set(serial, code **string) {
	if m.Serial != "" && !m.Code.IsEmpty() {
		*serial, *code = aws.String(m.Serial), aws.String(m.Code.Reveal())
	}
}

// sending says how often a request may be sent: one that carries a code, once.
func (m MFA) sending() awsapi.Sending {
	if m.Code.IsEmpty() {
		return awsapi.Repeatable
	}
	return awsapi.Once
}

// SessionToken returns a session with the permissions of the key itself, and
// with MFA if a code is given. d in whole seconds; 0 leaves it to AWS: 12 hours.
// It ends as [Client.AssumeRole] says.
// https://docs.aws.amazon.com/STS/latest/APIReference/API_GetSessionToken.html
func (c *Client) SessionToken(ctx context.Context, creds credential.Credentials, d time.Duration, mfa MFA) (credential.Credentials, error) {
	in := &awssts.GetSessionTokenInput{DurationSeconds: seconds(d)}
	mfa.set(&in.SerialNumber, &in.TokenCode)
	out, err := awsapi.Send(ctx, mfa.sending(), func(ctx context.Context) (*awssts.GetSessionTokenOutput, error) {
		return c.api(creds).GetSessionToken(ctx, in)
	})
	if err != nil {
		return credential.Credentials{}, err
	}
	return c.session(out.Credentials, creds.AccountID, cmp.Or(d, defaultOfSessionToken))
}

// The lives of sessions for which no life was asked for.
const (
	defaultOfSessionToken = 12 * time.Hour
	defaultOfAssumeRole   = time.Hour
)

// lifeTolerance is how much later than asked for a session may seem to end, for AWS's
// clock is known to the second and an answer takes a while.
const lifeTolerance = time.Minute

func seconds(d time.Duration) *int32 {
	if d == 0 {
		return nil
	}
	return aws.Int32(int32(d / time.Second))
}

// session refuses an answer with a field missing, for callers would sign with it,
// and one that AWS would not give. life is what was asked for.
func (c *Client) session(answer *types.Credentials, account string, life time.Duration) (credential.Credentials, error) {
	if answer == nil || aws.ToString(answer.SessionToken) == "" || answer.Expiration == nil {
		return credential.Credentials{}, &awsapi.Error{Reason: awsapi.Garbled, Sent: true, Message: "the answer holds no complete credentials"}
	}
	session := credential.Credentials{
		AccessKeyID:     aws.ToString(answer.AccessKeyId),
		SecretAccessKey: credential.NewSecret(aws.ToString(answer.SecretAccessKey)),
		SessionToken:    credential.NewSecret(*answer.SessionToken),
		Expiration:      c.endHere(*answer.Expiration, life),
		AccountID:       account,
	}
	if !session.IsWellFormed() {
		return credential.Credentials{}, &awsapi.Error{Reason: awsapi.Garbled, Sent: true, Message: "the answer holds no complete credentials"}
	}
	if !session.Expiration.After(time.Now()) {
		return credential.Credentials{}, &awsapi.Error{Reason: awsapi.Garbled, Sent: true, Message: "the answer holds a session that has ended"}
	}
	return session, nil
}

// endHere returns the end of a session by this machine's clock, in whole seconds. All
// who read an end compare it with that clock: the cache, list, and the tools that it is
// given to; one that is off would have them use a session after its end. AWS gives no
// longer life than it was asked for: an answer that says so is held to it.
func (c *Client) endHere(end time.Time, life time.Duration) time.Time {
	clock := c.endpoint.Clock
	if latest := clock.Now().Add(life); end.After(latest.Add(lifeTolerance)) {
		end = latest
	}
	return clock.Here(end).UTC().Truncate(time.Second)
}

// accountOf an ARN: its fifth field.
func accountOf(arn string) string {
	if f := strings.SplitN(arn, ":", 6); len(f) == 6 {
		return f[4]
	}
	return ""
}
