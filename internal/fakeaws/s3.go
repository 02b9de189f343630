package fakeaws

import (
	"cmp"
	"encoding/xml"
	"net/http"
	"strings"
	"time"
)

// The corner of S3 that Terraform's states, copies and backups need, so that a session can be
// seen to work: path-style addresses, objects in memory, policies evaluated.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_Operations_Amazon_Simple_Storage_Service.html

type bucket struct {
	name    string
	account *Account
	made    time.Time
	objects map[string]*object
	uploads map[string]*upload // by id
}

// AddBucket makes an empty bucket of the account, or returns at once if there
// is one of that name.
func (a *Account) AddBucket(name string) {
	a.server.mu.Lock()
	defer a.server.mu.Unlock()
	if a.server.buckets[name] == nil {
		a.server.buckets[name] = newBucket(a, name)
	}
}

func newBucket(a *Account, name string) *bucket {
	return &bucket{name: name, account: a, made: a.server.clock.now(), objects: map[string]*object{}, uploads: map[string]*upload{}}
}

// PutObject makes an object in a bucket that there is.
func (s *Server) PutObject(bucketName, key string, body []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.buckets[bucketName].objects[key] = &object{body: body, header: http.Header{}, modified: s.clock.now().UTC().Truncate(time.Second)}
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

// isS3 goes by the credential scope: S3 has no Action and no Version. What is signed
// otherwise or not at all is S3's if it has a path.
func isS3(r *http.Request) bool {
	auth := r.Header.Get("Authorization")
	return strings.Contains(auth, "/s3/aws4_request") || strings.HasPrefix(auth, "AWS ") ||
		auth == "" && r.URL.Path != "/" && r.URL.Path != "" && !isWebsite(r)
}

// s3Request is what the method and the path say.
type s3Request struct {
	action     string
	permission string
	bucket     string
	key        string
}

// s3Operations are named by the method, what the path points at, and the parameter that makes
// another operation of it.
var s3Operations = map[string][2]string{
	"GET service":            {"ListBuckets", "s3:ListAllMyBuckets"},
	"GET bucket":             {"ListObjects", "s3:ListBucket"},
	"GET bucket list-type":   {"ListObjectsV2", "s3:ListBucket"},
	"GET bucket location":    {"GetBucketLocation", "s3:GetBucketLocation"},
	"GET bucket uploads":     {"ListMultipartUploads", "s3:ListBucketMultipartUploads"},
	"HEAD bucket":            {"HeadBucket", "s3:ListBucket"},
	"PUT bucket":             {"CreateBucket", "s3:CreateBucket"},
	"POST bucket delete":     {"DeleteObjects", "s3:DeleteObject"},
	"GET object":             {"GetObject", "s3:GetObject"},
	"HEAD object":            {"HeadObject", "s3:GetObject"},
	"PUT object":             {"PutObject", "s3:PutObject"},
	"DELETE object":          {"DeleteObject", "s3:DeleteObject"},
	"POST object uploads":    {"CreateMultipartUpload", "s3:PutObject"},
	"PUT object uploadId":    {"UploadPart", "s3:PutObject"},
	"POST object uploadId":   {"CompleteMultipartUpload", "s3:PutObject"},
	"DELETE object uploadId": {"AbortMultipartUpload", "s3:AbortMultipartUpload"},
}

func parseS3(r *http.Request) s3Request {
	var q s3Request
	q.bucket, q.key, _ = strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	operation := r.Method + " object"
	switch {
	case q.bucket == "":
		operation = r.Method + " service"
	case q.key == "":
		operation = r.Method + " bucket"
	}
	for _, other := range []string{"list-type", "location", "uploads", "uploadId", "delete", "acl", "tagging", "versionId", "policy", "versions",
		"versioning", "object-lock", "encryption", "lifecycle", "website", "cors", "notification", "replication", "requestPayment", "attributes"} {
		if r.URL.Query().Has(other) {
			operation += " " + other
		}
	}
	q.action, q.permission = s3Operations[operation][0], s3Operations[operation][1]
	return q
}

func (s *Server) resolveS3(x *exchange) (handler, *apiError) {
	x.service = &service{name: "s3"}
	q := parseS3(x.http)
	x.call.Service, x.call.Action = "s3", q.action
	x.call.Params = map[string]string{"Bucket": q.bucket, "Key": q.key}
	switch auth := x.http.Header.Get("Authorization"); {
	case strings.HasPrefix(auth, "AWS "): // a signature of version 2
		x.call.AccessKeyID, _, _ = strings.Cut(auth[len("AWS "):], ":")
		return nil, &apiError{http.StatusBadRequest, "InvalidRequest", "The authorization mechanism you have provided is not supported. Please use AWS4-HMAC-SHA256."}
	case q.action == "" || x.http.Header.Get("X-Amz-Copy-Source") != "":
		return nil, &apiError{http.StatusNotImplemented, "NotImplemented", "this fake of S3 does not know " + x.http.Method + " of that."}
	case auth != "" && x.http.Header.Get("X-Amz-Content-Sha256") == "":
		return nil, &apiError{http.StatusBadRequest, "InvalidRequest", "Missing required header for this request: x-amz-content-sha256"}
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
	switch {
	case q.action == "ListBuckets":
		return s.listBuckets(x, who.account), nil
	case q.action == "CreateBucket" && b != nil:
		return nil, &apiError{http.StatusConflict, "BucketAlreadyOwnedByYou", "Your previous request to create the named bucket succeeded and you already own it."}
	case q.action == "CreateBucket":
		s.buckets[q.bucket] = newBucket(who.account, q.bucket)
		return &answer{status: http.StatusOK}, nil
	case b == nil:
		return nil, &apiError{http.StatusNotFound, "NoSuchBucket", "The specified bucket does not exist"}
	case q.key != "":
		return b.serveObject(x, q)
	}
	return b.serve(x, q.action)
}

func (b *bucket) serve(x *exchange, action string) (*answer, *apiError) {
	switch action {
	case "HeadBucket":
		return &answer{status: http.StatusOK, header: http.Header{"X-Amz-Bucket-Region": {x.call.Region}}}, nil
	case "GetBucketLocation": // where whoever asks looks for it
		return renderS3(x, locationXML{Region: x.call.Region}), nil
	case "ListMultipartUploads":
		return renderS3(x, b.listUploads()), nil
	case "DeleteObjects":
		return b.removeAll(x)
	}
	return b.list(x), nil
}

func (b *bucket) serveObject(x *exchange, q s3Request) (*answer, *apiError) {
	switch q.action {
	case "PutObject":
		return b.put(x, q.key)
	case "DeleteObject":
		delete(b.objects, q.key)
		return &answer{status: http.StatusNoContent}, nil
	case "CreateMultipartUpload":
		return b.begin(x, q.key), nil
	case "UploadPart", "CompleteMultipartUpload", "AbortMultipartUpload":
		return b.goOn(x, q)
	}
	return b.get(x, q.key)
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
	case e.code == "MissingAuthenticationToken":
		out = *errAccessDenied("Access Denied")
	case e.code == "InvalidClientTokenId":
		out = apiError{http.StatusForbidden, "InvalidAccessKeyId", "The AWS Access Key Id you provided does not exist in our records."}
	case e.code == "ExpiredToken":
		out = apiError{http.StatusBadRequest, "ExpiredToken", "The provided token has expired."}
	case strings.HasPrefix(e.message, "Signature expired"), strings.HasPrefix(e.message, "Signature not yet current"):
		out = apiError{http.StatusForbidden, "RequestTimeTooSkewed", "The difference between the request time and the current time is too large."}
	}
	reply := renderS3(x, s3ErrorXML{Code: out.code, Message: out.message, RequestID: x.call.RequestID})
	reply.status = out.status
	return reply
}

// renderS3 is an answer of S3's that is not an object.
func renderS3(x *exchange, what any) *answer {
	body, err := xml.Marshal(what)
	if err != nil {
		panic("fakeaws: " + x.call.Action + ": " + err.Error()) // strings and numbers always marshal
	}
	return &answer{status: http.StatusOK, header: http.Header{"Content-Type": {"application/xml"}}, body: append([]byte(xml.Header), body...)}
}
