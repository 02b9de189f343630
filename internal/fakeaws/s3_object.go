package fakeaws

import (
	"bytes"
	"crypto/md5"
	"encoding/hex"
	"encoding/xml"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"time"
)

type object struct {
	body     []byte
	header   http.Header // Content-Type and what the uploader noted
	modified time.Time
}

// newObject has what the request says of it.
func newObject(x *exchange, body []byte) *object {
	o := &object{body: body, modified: x.now.UTC().Truncate(time.Second), header: http.Header{}}
	for name, values := range x.http.Header {
		if name == "Content-Type" || strings.HasPrefix(name, "X-Amz-Meta-") {
			o.header[name] = values
		}
	}
	return o
}

// etag is the MD5 of the content, in quotes, as S3 has it for small objects.
func (o *object) etag() string {
	sum := md5.Sum(o.body)
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

// get answers GET and HEAD, and a range of one.
func (b *bucket) get(x *exchange, key string) (*answer, *apiError) {
	o := b.objects[key]
	if o == nil {
		return nil, &apiError{http.StatusNotFound, "NoSuchKey", "The specified key does not exist."}
	}
	reply := &answer{status: http.StatusOK, body: o.body, header: maps.Clone(o.header)}
	if first, last, ok := rangeOf(x.http.Header.Get("Range"), len(o.body)); ok {
		reply.status, reply.body = http.StatusPartialContent, o.body[first:last+1]
		reply.header.Set("Content-Range", "bytes "+strconv.Itoa(first)+"-"+strconv.Itoa(last)+"/"+strconv.Itoa(len(o.body)))
	}
	reply.header.Set("Accept-Ranges", "bytes")
	reply.header.Set("Etag", o.etag())
	reply.header.Set("Content-Length", strconv.Itoa(len(reply.body)))
	reply.header.Set("Last-Modified", o.modified.Format(http.TimeFormat))
	return reply, nil
}

// rangeOf reads "bytes=FIRST-LAST", "bytes=FIRST-" and "bytes=-COUNT"; false for the whole.
func rangeOf(header string, size int) (first, last int, ok bool) {
	from, to, found := strings.Cut(strings.TrimPrefix(header, "bytes="), "-")
	if !found {
		return 0, 0, false
	}
	last = size - 1
	end, err := strconv.Atoi(to)
	switch {
	case from == "" && err == nil:
		return max(0, size-end), last, size > 0
	case err == nil:
		last = min(last, end)
	}
	first, err = strconv.Atoi(from)
	return first, last, err == nil && first <= last
}

// put honours the conditions that a lock in S3 is made of.
// https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes.html
func (b *bucket) put(x *exchange, key string) (*answer, *apiError) {
	have, h := b.objects[key], x.http.Header
	match := h.Get("If-Match")
	if h.Get("If-None-Match") == "*" && have != nil || match != "" && (have == nil || have.etag() != match) {
		return nil, &apiError{http.StatusPreconditionFailed, "PreconditionFailed", "At least one of the pre-conditions you specified did not hold"}
	}
	o := newObject(x, x.body)
	b.objects[key] = o
	return &answer{status: http.StatusOK, header: http.Header{"Etag": {o.etag()}}}, nil
}

type deleteXML struct {
	Object []struct{ Key string }
}

type deletedXML struct {
	XMLName xml.Name `xml:"DeleteResult"`
	Deleted []struct{ Key string }
}

func (b *bucket) removeAll(x *exchange) (*answer, *apiError) {
	var in deleteXML
	if err := xml.NewDecoder(bytes.NewReader(x.body)).Decode(&in); err != nil {
		return nil, errMalformedXML()
	}
	for _, o := range in.Object {
		delete(b.objects, o.Key)
	}
	return renderS3(x, deletedXML{Deleted: in.Object}), nil
}

func errMalformedXML() *apiError {
	return &apiError{http.StatusBadRequest, "MalformedXML", "The XML you provided was not well-formed or did not validate against our published schema"}
}
