package fakeaws

import (
	"errors"
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/smithy-go"
)

// world is the standard account on a listener, for real clients.
type world struct {
	*Standard
	t        *testing.T
	endpoint string
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := NewStandard()
	endpoint, err := w.Server.Start()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(w.Server.Close)
	return &world{w, t, endpoint}
}

// iam is the SDK's client with a long-term key or with a session.
func (w *world) iam(id, secret, token string) *iam.Client {
	transport := &http.Transport{}
	w.t.Cleanup(transport.CloseIdleConnections)
	return iam.New(iam.Options{
		Region: "us-east-1", BaseEndpoint: &w.endpoint, HTTPClient: &http.Client{Transport: transport}, Retryer: aws.NopRetryer{},
		Credentials: credentials.NewStaticCredentialsProvider(id, secret, token),
	})
}

func (w *world) iamOf(key *AccessKey) *iam.Client { return w.iam(key.ID, key.Secret, "") }

func (w *world) iamIn(c credentialsXML) *iam.Client {
	return w.iam(c.AccessKeyID, c.SecretAccessKey, c.SessionToken)
}

// admin is a session of admin-mfa.
func (w *world) admin() *iam.Client {
	w.t.Helper()
	got := clientOf(w.t, w.Server, w.Key).assume(w.Standard)
	got.wantOK(w.t)
	return w.iamIn(got.Assumed)
}

// root is root with a key.
func (w *world) root() *iam.Client { return w.iamOf(w.Account.Root().AddAccessKey()) }

// wantCode fails unless err is this error of AWS; text is a part of its message.
func wantCode(t *testing.T, err error, status int, code, text string) {
	t.Helper()
	var refused smithy.APIError
	var answer interface{ HTTPStatusCode() int }
	if !errors.As(err, &refused) || !errors.As(err, &answer) {
		t.Errorf("got %v, want %s", err, code)
		return
	}
	if answer.HTTPStatusCode() != status || refused.ErrorCode() != code || !strings.Contains(refused.ErrorMessage(), text) {
		t.Errorf("got %d %s %q, want %d %s with %q", answer.HTTPStatusCode(), refused.ErrorCode(), refused.ErrorMessage(), status, code, text)
	}
}

func wantNone(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
