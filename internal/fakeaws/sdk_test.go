package fakeaws

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sts"
	"github.com/aws/aws-sdk-go-v2/service/sts/types"
	"github.com/aws/smithy-go"
)

// The AWS SDK for Go as the client, over TLS.
func TestWithTheSDK(t *testing.T) {
	w := NewStandard()
	endpoint, ca, err := w.Server.StartTLS()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Server.Close()
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(ca) {
		t.Fatal("no certificate in the PEM")
	}
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}}
	defer transport.CloseIdleConnections()
	client := func(id, secret, token string) *sts.Client {
		return sts.New(sts.Options{
			Region: "eu-west-3", BaseEndpoint: &endpoint, HTTPClient: &http.Client{Transport: transport}, RetryMaxAttempts: 1,
			Credentials: credentials.NewStaticCredentialsProvider(id, secret, token),
		})
	}
	me := client(w.Key.ID, w.Key.Secret, "")
	in := &sts.AssumeRoleInput{
		RoleArn: aws.String(w.Role.ARN()), RoleSessionName: aws.String("me"), DurationSeconds: aws.Int32(900),
		SerialNumber: &w.Device.Serial, TokenCode: aws.String(w.Device.Code()),
	}
	got, err := me.AssumeRole(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	c := got.Credentials
	id, err := client(*c.AccessKeyId, *c.SecretAccessKey, *c.SessionToken).GetCallerIdentity(t.Context(), nil)
	if err != nil || *id.Arn != *got.AssumedRoleUser.Arn {
		t.Errorf("%v %v", id, err)
	}
	_, err = me.AssumeRole(t.Context(), in)
	var refused smithy.APIError
	if !errors.As(err, &refused) || refused.ErrorCode() != "AccessDenied" || !strings.HasPrefix(refused.ErrorMessage(), "MultiFactorAuthentication failed with invalid MFA") {
		t.Errorf("a code twice: %v", err)
	}
	in.Tags = []types.Tag{{Key: aws.String("a"), Value: aws.String("")}}
	in.TokenCode = aws.String(w.Device.NextCode())
	if _, err = me.AssumeRole(t.Context(), in); !errors.As(err, &refused) || !strings.Contains(refused.ErrorMessage(), "sts:TagSession") {
		t.Errorf("tags: %v", err)
	}
}

func TestManyCallersAtOnce(t *testing.T) {
	w := NewStandard()
	endpoint, err := w.Server.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Server.Close()
	code := w.Device.Code()
	me := sts.New(sts.Options{
		Region: "us-east-1", BaseEndpoint: &endpoint, RetryMaxAttempts: 1,
		Credentials: credentials.NewStaticCredentialsProvider(w.Key.ID, w.Key.Secret, ""),
	})
	var group sync.WaitGroup
	results := make(chan error, 64)
	for i := range 64 {
		group.Go(func() {
			_, err := me.AssumeRole(context.Background(), &sts.AssumeRoleInput{
				RoleArn: aws.String(w.Role.ARN()), RoleSessionName: aws.String(fmt.Sprintf("caller-%d", i)),
				SerialNumber: &w.Device.Serial, TokenCode: &code,
			})
			w.Server.Calls("AssumeRole")
			results <- err
		})
	}
	group.Wait()
	good := 0
	for range 64 {
		if <-results == nil {
			good++
		}
	}
	if good != 1 || len(w.Server.Calls("AssumeRole")) != 64 || len(w.Server.RepeatedCodes()) != 63 {
		t.Errorf("%d of 64 got a session with one code", good)
	}
}
