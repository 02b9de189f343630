package fakeaws

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/xml"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

type object struct {
	body     []byte
	kind     string // Content-Type
	modified time.Time
}

// etag is the MD5 of the content, in quotes, as S3 has it for small objects.
func (o *object) etag() string {
	sum := md5.Sum(o.body)
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

func (b *bucket) get(key string) (*answer, *apiError) {
	o := b.objects[key]
	if o == nil {
		return nil, &apiError{http.StatusNotFound, "NoSuchKey", "The specified key does not exist."}
	}
	return &answer{status: http.StatusOK, body: o.body, header: http.Header{
		"Content-Type": {o.kind}, "Etag": {o.etag()}, "Content-Length": {strconv.Itoa(len(o.body))},
		"Last-Modified": {o.modified.Format(http.TimeFormat)},
	}}, nil
}

// put honours the conditions that a lock in S3 is made of.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
func (b *bucket) put(x *exchange, key string) (*answer, *apiError) {
	have, h := b.objects[key], x.http.Header
	match := h.Get("If-Match")
	if h.Get("If-None-Match") == "*" && have != nil || match != "" && (have == nil || have.etag() != match) {
		return nil, &apiError{http.StatusPreconditionFailed, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold"}
	}
	o := &object{body: x.body, kind: h.Get("Content-Type"), modified: x.now}
	b.objects[key] = o
	return &answer{status: http.StatusOK, header: http.Header{"Etag": {o.etag()}}}, nil
}

type listXML struct {
	XMLName        xml.Name `xml:"ListBucketResult"`
	Xmlns          string   `xml:"xmlns,attr"`
	Name           string
	Prefix         string
	Delimiter      string `xml:",omitempty"`
	EncodingType   string `xml:",omitempty"`
	KeyCount       int
	MaxKeys        int
	IsTruncated    bool
	Contents       []listedXML
	CommonPrefixes []prefixXML
}

type listedXML struct {
	Key          string
	LastModified string
	ETag         string
	Size         int
	StorageClass string
}

type prefixXML struct{ Prefix string }

// list gives all keys at once, however many were asked for.
func (b *bucket) list(x *exchange) *answer {
	query := x.http.URL.Query()
	prefix, delimiter := query.Get("prefix"), query.Get("delimiter")
	show := func(key string) string { return key }
	if query.Get("encoding-type") == "url" {
		show = url.QueryEscape
	}
	out := listXML{
		Xmlns: "http://s3.amazonaws.com/doc/2006-03-01/", Name: b.name, MaxKeys: 1000,
		Prefix: show(prefix), Delimiter: show(delimiter), EncodingType: query.Get("encoding-type"),
	}
	var folders []string
	for _, key := range slices.Sorted(maps.Keys(b.objects)) {
		rest, ok := strings.CutPrefix(key, prefix)
		if !ok {
			continue
		}
		if folder, _, deeper := strings.Cut(rest, delimiter); delimiter != "" && deeper {
			folders = append(folders, prefix+folder+delimiter)
			continue
		}
		o := b.objects[key]
		out.Contents = append(out.Contents, listedXML{show(key), o.modified.Format(time.RFC3339), o.etag(), len(o.body), "STANDARD"})
	}
	for _, folder := range slices.Compact(folders) {
		out.CommonPrefixes = append(out.CommonPrefixes, prefixXML{show(folder)})
	}
	out.KeyCount = len(out.Contents) + len(out.CommonPrefixes)
	body, err := xml.Marshal(out)
	if err != nil {
		return renderS3Error(x, &apiError{http.StatusInternalServerError, "InternalError", err.Error()})
	}
	return &answer{status: http.StatusOK, header: http.Header{"Content-Type": {"application/xml"}}, body: body}
}
