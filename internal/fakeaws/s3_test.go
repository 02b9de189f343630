package fakeaws

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/awsbroker/awsbroker/internal/fakeaws/sigv4"
)

// s3 sends a request to the bucket as the client c.
func (c client) s3(method, target, body string, header ...string) *httptest.ResponseRecorder {
	c.t.Helper()
	r := httptest.NewRequest(method, "http://127.0.0.1:1"+target, strings.NewReader(body))
	hash := sigv4.Hash([]byte(body))
	r.Header.Set("X-Amz-Content-Sha256", hash)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	if body != "" {
		r.Header.Set("Content-Length", strconv.Itoa(len(body)))
	}
	at := c.at
	if at.IsZero() {
		at = c.server.Now()
	}
	credentials := aws.Credentials{AccessKeyID: c.id, SecretAccessKey: c.secret, SessionToken: c.token}
	plain := func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true }
	if err := v4.NewSigner().SignHTTP(c.t.Context(), credentials, r, hash, "s3", c.region, at, plain); err != nil {
		c.t.Fatal(err)
	}
	r.Body = io.NopCloser(bytes.NewReader([]byte(body)))
	w := httptest.NewRecorder()
	c.server.ServeHTTP(w, r)
	return w
}

func TestS3(t *testing.T) {
	w := NewStandard()
	w.Account.AddBucket("state")
	w.Server.AddAccount("210987654321").AddBucket("foreign")
	key := clientOf(t, w.Server, w.Key)
	role := key.session(key.assume(w).Assumed)
	late := role
	late.at = w.Server.Now().Add(-time.Hour)
	unknown := key
	unknown.id = "AKIAUNKNOWNUNKNOWN00"
	tests := []struct {
		who                  client
		method, target, body string
		header               []string
		status               int
		text                 string
	}{
		{key, "PUT", "/state/a/b%20c", "four", nil, 403, "is not authorized to perform: s3:PutObject on resource: arn:aws:s3:::state/a/b c"},
		{role, "PUT", "/state/a/b%20c", "four", nil, 200, ""},
		{role, "PUT", "/state/a/b%20c", "more", []string{"If-None-Match", "*"}, 412, "PreconditionFailed"},
		{role, "GET", "/state/a/b%20c", "", nil, 200, "four"},
		{role, "HEAD", "/state/a/b%20c", "", nil, 200, ""},
		{role, "GET", "/state?list-type=2&prefix=a%2F", "", nil, 200, "<Key>a/b c</Key>"},
		{role, "GET", "/state?list-type=2&delimiter=%2F", "", nil, 200, "<CommonPrefixes><Prefix>a/</Prefix>"},
		{role, "GET", "/state?list-type=2&encoding-type=url", "", nil, 200, "<Key>a%2Fb+c</Key>"},
		{role, "HEAD", "/state", "", nil, 200, ""},
		{role, "GET", "/", "", nil, 200, "<Bucket><Name>state</Name><CreationDate>"},
		{key, "GET", "/", "", nil, 403, "is not authorized to perform: s3:ListAllMyBuckets on resource: arn:aws:s3:::*"},
		{role, "HEAD", "/", "", nil, 501, ""},
		{role, "DELETE", "/state/a/b%20c", "", nil, 204, ""},
		{role, "GET", "/state/a/b%20c", "", nil, 404, "NoSuchKey"},
		{role, "GET", "/nothing/a", "", nil, 404, "NoSuchBucket"},
		{role, "GET", "/foreign/a", "", nil, 403, "AccessDenied"},
		{role, "GET", "/state?acl", "", nil, 501, "NotImplemented"},
		{role, "GET", "/", "", nil, 200, "<Bucket><Name>state</Name>"},
		{key, "GET", "/", "", nil, 403, "s3:ListAllMyBuckets"},
		{role, "GET", "/state?location", "", nil, 200, ">eu-central-1</LocationConstraint>"},
		{role, "PUT", "/state/ten", "0123456789", nil, 200, ""},
		{role, "GET", "/state/ten", "", []string{"Range", "bytes=2-3"}, 206, "23"},
		{role, "GET", "/state/ten", "", []string{"Range", "bytes=-4"}, 206, "6789"},
		{role, "GET", "/state/ten", "", []string{"Range", "bytes=8-99"}, 206, "89"},
		{role, "GET", "/state", "", nil, 200, "<Key>ten</Key>"},
		{role, "POST", "/state?delete", "<Delete><Object><Key>ten</Key></Object></Delete>", nil, 200, "<Deleted><Key>ten</Key>"},
		{role, "HEAD", "/state/ten", "", nil, 404, ""},
		{role, "POST", "/state?delete", "no XML", nil, 400, "MalformedXML"},
		{role, "PUT", "/new", "", nil, 200, ""},
		{role, "PUT", "/new", "", nil, 409, "BucketAlreadyOwnedByYou"},
		{role, "PUT", "/state/a?uploadId=none&partNumber=1", "part", nil, 404, "NoSuchUpload"},
		{late, "GET", "/state/a", "", nil, 403, "RequestTimeTooSkewed"},
		{unknown, "GET", "/state/a", "", nil, 403, "InvalidAccessKeyId"},
	}
	for _, tt := range tests {
		got := tt.who.s3(tt.method, tt.target, tt.body, tt.header...)
		if got.Code != tt.status || !strings.Contains(got.Body.String(), tt.text) {
			t.Errorf("%s %s: %d %s", tt.method, tt.target, got.Code, got.Body)
		}
	}
	w.Server.Advance(2 * time.Hour)
	if got := role.s3("GET", "/state/a", ""); got.Code != http.StatusBadRequest || !strings.Contains(got.Body.String(), "ExpiredToken") {
		t.Errorf("%d %s", got.Code, got.Body)
	}
	if calls := w.Server.Calls("GetObject"); calls[0].Params["Bucket"] != "state" || calls[0].Service != "s3" {
		t.Errorf("%+v", calls[0])
	}
}

// An upload in parts is an object once it is completed, of the parts that are named.
func TestS3Multipart(t *testing.T) {
	w := NewStandard()
	w.Account.AddBucket("state")
	key := clientOf(t, w.Server, w.Key)
	role := key.session(key.assume(w).Assumed)
	_, rest, _ := strings.Cut(role.s3("POST", "/state/a?uploads", "").Body.String(), "<UploadId>")
	id, _, _ := strings.Cut(rest, "<")
	for number, part := range []string{"one", "two", "three"} {
		if got := role.s3("PUT", "/state/a?partNumber="+strconv.Itoa(number+1)+"&uploadId="+id, part); got.Code != 200 {
			t.Fatal(got.Code, got.Body)
		}
	}
	if got := role.s3("GET", "/state?uploads", ""); !strings.Contains(got.Body.String(), "<UploadId>"+id) {
		t.Error(got.Code, got.Body)
	}
	if _, is := w.Server.Object("state", "a"); is {
		t.Error("an object before it is complete")
	}
	const parts = "<CompleteMultipartUpload><Part><PartNumber>1</PartNumber></Part><Part><PartNumber>3</PartNumber></Part></CompleteMultipartUpload>"
	if got := role.s3("POST", "/state/a?uploadId="+id, parts); got.Code != 200 {
		t.Error(got.Code, got.Body)
	}
	if body, _ := w.Server.Object("state", "a"); string(body) != "onethree" {
		t.Errorf("%q", body)
	}
}

// What is signed as it was long ago, or not at all, is refused in S3's words, and the log
// says by whom.
func TestS3Unsigned(t *testing.T) {
	w := NewStandard()
	w.Account.AddBucket("state")
	for authorization, want := range map[string]string{"": "<Code>AccessDenied</Code>", "AWS AKIA1:c2ln": "Please use AWS4-HMAC-SHA256"} {
		r := httptest.NewRequest("GET", "http://127.0.0.1:1/state/a", nil)
		if authorization != "" {
			r.Header.Set("Authorization", authorization)
		}
		got := httptest.NewRecorder()
		w.Server.ServeHTTP(got, r)
		if !strings.Contains(got.Body.String(), want) {
			t.Errorf("%s: %d %s", authorization, got.Code, got.Body)
		}
	}
}
