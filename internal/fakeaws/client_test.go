package fakeaws

import (
	"bytes"
	"context"
	"encoding/xml"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/awsbroker/awsbroker/internal/fakeaws/sigv4"
)

// client sends requests signed by the AWS SDK's signer, without the rest of
// the SDK, so that every byte can be bent.
type client struct {
	t      *testing.T
	server *Server
	id     string
	secret string
	token  string
	region string
	at     time.Time           // when it signs; the server's time if zero
	before func(*http.Request) // bends the request before it is signed
	after  func(*http.Request) // bends it after
}

func clientOf(t *testing.T, s *Server, key *AccessKey) client {
	return client{t: t, server: s, id: key.ID, secret: key.Secret, region: "eu-central-1"}
}

// reply is an answer of STS, whichever it is.
type reply struct {
	Status int
	Header http.Header
	Body   string

	XMLName xml.Name
	Type    string `xml:"Error>Type"`
	Code    string `xml:"Error>Code"`
	Message string `xml:"Error>Message"`

	Assumed credentialsXML `xml:"AssumeRoleResult>Credentials"`
	RoleArn string         `xml:"AssumeRoleResult>AssumedRoleUser>Arn"`
	Source  string         `xml:"AssumeRoleResult>SourceIdentity"`
	Packed  int            `xml:"AssumeRoleResult>PackedPolicySize"`
	Session credentialsXML `xml:"GetSessionTokenResult>Credentials"`
	Arn     string         `xml:"GetCallerIdentityResult>Arn"`
	UserID  string         `xml:"GetCallerIdentityResult>UserId"`
	Account string         `xml:"GetCallerIdentityResult>Account"`
}

// call sends an action with pairs of parameters.
func (c client) call(action string, pairs ...string) reply {
	c.t.Helper()
	form := url.Values{"Action": {action}, "Version": {"2011-06-15"}}
	for i := 0; i < len(pairs); i += 2 {
		form.Set(pairs[i], pairs[i+1])
	}
	r := httptest.NewRequest("POST", "http://127.0.0.1:1/", strings.NewReader(form.Encode()))
	r.RequestURI = "/"
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	return c.send(r, form.Encode())
}

func (c client) send(r *http.Request, body string) reply {
	c.t.Helper()
	if c.before != nil {
		c.before(r)
	}
	if c.id != "" {
		at := c.at
		if at.IsZero() {
			at = c.server.Now()
		}
		credentials := aws.Credentials{AccessKeyID: c.id, SecretAccessKey: c.secret, SessionToken: c.token}
		if err := v4.NewSigner().SignHTTP(context.Background(), credentials, r, sigv4.Hash([]byte(body)), "sts", c.region, at); err != nil {
			c.t.Fatal(err)
		}
	}
	if c.after != nil {
		c.after(r)
	}
	r.Header.Set("Content-Length", strconv.Itoa(len(body))) // as net/http leaves it
	r.Body = io.NopCloser(bytes.NewReader([]byte(body)))
	w := httptest.NewRecorder()
	c.server.ServeHTTP(w, r)
	out := reply{Status: w.Code, Header: w.Header(), Body: w.Body.String()}
	if err := xml.Unmarshal(w.Body.Bytes(), &out); err != nil {
		c.t.Fatalf("%v in %s", err, w.Body)
	}
	return out
}

// session is the client with other credentials.
func (c client) session(x credentialsXML) client {
	c.id, c.secret, c.token = x.AccessKeyID, x.SecretAccessKey, x.SessionToken
	return c
}

// wantError fails unless the reply is this error; text is a part of the message.
func (r reply) wantError(t *testing.T, status int, code, text string) {
	t.Helper()
	if r.Status != status || r.Code != code || !strings.Contains(r.Message, text) {
		t.Errorf("got %d %s %q, want %d %s with %q", r.Status, r.Code, r.Message, status, code, text)
	}
}

func (r reply) wantOK(t *testing.T) {
	t.Helper()
	if r.Status != http.StatusOK {
		t.Fatalf("got %d %s %q", r.Status, r.Code, r.Message)
	}
}

// assume calls AssumeRole on a role with a fresh code of the person.
func (c client) assume(w *Standard, pairs ...string) reply {
	c.t.Helper()
	code, ok := w.Device.FreshCode()
	if !ok {
		w.Server.Advance(totpStep)
		code, _ = w.Device.FreshCode()
	}
	all := append([]string{
		"RoleArn", w.Role.ARN(), "RoleSessionName", "phoebe",
		"SerialNumber", w.Device.Serial, "TokenCode", code,
	}, pairs...)
	return c.call("AssumeRole", all...)
}
