package fakeaws

import (
	"cmp"
	"encoding/xml"
	"net/http"
	"strings"
	"time"
)

// The corner of S3 that a Terraform state needs, so that a session can be seen
// to work: path-style addresses, small objects in memory, policies evaluated.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html

type bucket struct {
	name    string
	account *Account
	made    time.Time
	objects map[string]*object
}

// AddBucket makes an empty bucket of the account, or returns at once if there
// is one of that name.
func (a *Account) AddBucket(name string) {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	if a.server.buckets[name] == nil {
		a.server.buckets[name] = &bucket{name: name, account: a, made: a.server.clock.now(), objects: map[string]*object{}}
	}
}

// Object returns the content of an object; false if there is none.
func (s *Server) Object(bucketName, key string) ([]byte, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if b := s.buckets[bucketName]; b != nil && b.objects[key] != nil {
		return b.objects[key].body, true
	}
	return nil, false
}

// isS3 goes by the credential scope: S3 has no Action and no Version.
func isS3(r *http.Request) bool {
	return strings.Contains(r.Header.Get("Authorization"), "/s3/aws4_request")
}

// s3Request is what the method and the path say.
type s3Request struct {
	action     string
	permission string
	bucket     string
	key        string
}

func parseS3(r *http.Request) s3Request {
	var q s3Request
	q.bucket, q.key, _ = strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	onObject := map[string][2]string{
		"GET": {"GetObject", "s3:GetObject"}, "HEAD": {"HeadObject", "s3:GetObject"},
		"PUT": {"PutObject", "s3:PutObject"}, "DELETE": {"DeleteObject", "s3:DeleteObject"},
	}
	onBucket := map[string][2]string{"GET": {"ListObjectsV2", "s3:ListBucket"}, "HEAD": {"HeadBucket", "s3:ListBucket"}}
	known := onBucket
	if q.key != "" {
		known = onObject
	} else if q.bucket == "" {
		known = map[string][2]string{"GET": {"ListBuckets", "s3:ListAllMyBuckets"}}
	} else if r.Method == "GET" && r.URL.Query().Get("list-type") != "2" {
		known = nil
	}
	q.action, q.permission = known[r.Method][0], known[r.Method][1]
	for _, other := range []string{"uploads", "uploadId", "acl", "tagging", "versionId", "location", "policy", "versions"} {
		if r.URL.Query().Has(other) {
			q.action = "" // another operation on the same path
		}
	}
	return q
}

func (s *Server) resolveS3(x *exchange) (handler, *apiError) {
	x.service = &service{name: "s3"}
	q := parseS3(x.http)
	x.call.Service, x.call.Action = "s3", q.action
	x.call.Params = map[string]string{"Bucket": q.bucket, "Key": q.key}
	switch hash := x.http.Header.Get("X-Amz-Content-Sha256"); {
	case q.action == "" || x.http.Header.Get("X-Amz-Copy-Source") != "":
		return nil, &apiError{http.StatusNotImplemented, "NotImplemented", "this fake of S3 does not know " + x.http.Method + " of that."}
	case hash == "":
		return nil, &apiError{http.StatusBadRequest, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256"}
	case strings.HasPrefix(hash, "STREAMING-"):
		return nil, &apiError{http.StatusNotImplemented, "NotImplemented", "this fake of S3 does not know chunked uploads."}
	}
	return func(x *exchange, who *caller) (any, *apiError) { return x.server.serveS3(x, who, q) }, nil
}

func (s *Server) serveS3(x *exchange, who *caller, q s3Request) (any, *apiError) {
	b := s.buckets[q.bucket]
	arn := "arn:" + who.account.Partition + ":s3:::" + cmp.Or(q.bucket, "*")
	if q.key != "" {
		arn += "/" + q.key
	}
	if x.whyNot(who, x.question(who, q.permission, arn)) != "" || (b != nil && b.account != who.account) {
		return nil, errNotAuthorized(who.arn(), q.permission, arn)
	}
	if q.bucket == "" {
		return s.listBuckets(who.account), nil
	}
	if b == nil {
		return nil, &apiError{http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist"}
	}
	switch q.action {
	case "ListObjectsV2":
		return b.list(x), nil
	case "HeadBucket":
		return &answer{status: http.StatusOK}, nil
	case "PutObject":
		return b.put(x, q.key)
	case "DeleteObject":
		delete(b.objects, q.key)
		return &answer{status: http.StatusNoContent}, nil
	}
	return b.get(q.key)
}

type s3ErrorXML struct {
	XMLName   xml.Name `xml:"Error"`
	Code      string
	Message   string
	RequestID string `xml:"RequestId"`
}

// renderS3Error has S3's own words for the errors that the check of the
// signature shares with STS.
// https://docs.aws.amazon.com/AmazonS3/latest/API/ErrorResponses.html
func renderS3Error(x *exchange, e *apiError) *answer {
	out := *e
	switch {
	case e.code == "InvalidClientTokenId":
		out = apiError{http.StatusForbidden, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."}
	case e.code == "ExpiredToken":
		out = apiError{http.StatusBadRequest, "ExpiredToken", "The provided token has expired."}
	case strings.HasPrefix(e.message, "Signature expired"), strings.HasPrefix(e.message, "Signature not yet current"):
		out = apiError{http.StatusForbidden, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large."}
	}
	body, err := xml.Marshal(s3ErrorXML{Code: out.code, Message: out.message, RequestID: x.call.RequestID})
	if err != nil {
		body = nil // three strings always marshal
	}
	return &answer{status: out.status, header: http.Header{"Content-Type": {"application/xml"}}, body: body}
}
