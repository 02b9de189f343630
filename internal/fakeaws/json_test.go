package fakeaws

import (
	"bytes"
	"io"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/awsbroker/awsbroker/internal/fakeaws/sigv4"
)

// json sends a request of a service that speaks JSON as the client c.
func (c client) json(service, target, body string) *httptest.ResponseRecorder {
	c.t.Helper()
	r := httptest.NewRequest("POST", "http://127.0.0.1:1/", strings.NewReader(body))
	r.Header.Set("X-Amz-Target", target)
	r.Header.Set("Content-Length", strconv.Itoa(len(body))) // which is signed
	credentials := aws.Credentials{AccessKeyID: c.id, SecretAccessKey: c.secret, SessionToken: c.token}
	if err := v4.NewSigner().SignHTTP(c.t.Context(), credentials, r, sigv4.Hash([]byte(body)), service, c.region, c.server.Now()); err != nil {
		c.t.Fatal(err)
	}
	r.Body = io.NopCloser(bytes.NewReader([]byte(body)))
	w := httptest.NewRecorder()
	c.server.ServeHTTP(w, r)
	return w
}

func TestJSONServices(t *testing.T) {
	w := NewStandard()
	key := clientOf(t, w.Server, w.Key)
	role := key.session(key.assume(w).Assumed)
	const ecr = "AmazonEC2ContainerRegistry_V20150921.GetAuthorizationToken"
	for _, tt := range []struct {
		who                   client
		service, target, body string
		status                int
		text                  string
	}{
		{role, "ecr", ecr, "{}", 200, `"proxyEndpoint":"https://123456789012.dkr.ecr.eu-central-1.amazonaws.com"`},
		{key, "ecr", ecr, "{}", 403, "ecr:GetAuthorizationToken"},
		{role, "kms", ecr, "{}", 403, "Credential should be scoped to correct service"},
		{role, "ecr", ecr, "no JSON", 400, "SerializationException"},
		{role, "kms", "TrentService.Encrypt", `{"KeyId":"k","Plaintext":"Zm91cg=="}`, 200, `"CiphertextBlob":"c2VhbGVkOmZvdXI="`},
		{role, "kms", "TrentService.Encrypt", `{"Plaintext":"Zm91cg=="}`, 400, "ValidationError"},
		{role, "kms", "TrentService.Decrypt", `{"CiphertextBlob":"c2VhbGVkOmZvdXI="}`, 200, `"Plaintext":"Zm91cg=="`},
		{role, "kms", "TrentService.Decrypt", `{"CiphertextBlob":"Zm91cg=="}`, 400, "InvalidCiphertextException"},
		{role, "kms", "TrentService.Other", `{}`, 400, "UnknownOperationException"},
	} {
		got := tt.who.json(tt.service, tt.target, tt.body)
		if got.Code != tt.status || !strings.Contains(got.Body.String(), tt.text) {
			t.Errorf("%s %s: %d %s", tt.target, tt.body, got.Code, got.Body)
		}
	}
}
