package fakeaws

import (
	"bytes"
	"encoding/xml"
	"maps"
	"net/http"
	"slices"
	"strconv"
)

// upload is an object in the making. https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html
type upload struct {
	key    string
	object *object
	parts  map[int]*object
}

type uploadXML struct {
	XMLName  xml.Name `xml:"InitiateMultipartUploadResult"`
	Xmlns    string   `xml:"xmlns,attr"`
	Bucket   string
	Key      string
	UploadID string `xml:"UploadId"`
}

func (b *bucket) begin(x *exchange, key string) *answer {
	id := newRequestID()
	b.uploads[id] = &upload{key: key, object: newObject(x, nil), parts: map[int]*object{}}
	return renderS3(x, uploadXML{Xmlns: s3Namespace, Bucket: b.name, Key: key, UploadID: id})
}

// goOn answers what names an upload.
func (b *bucket) goOn(x *exchange, q s3Request) (*answer, *apiError) {
	query := x.http.URL.Query()
	id := query.Get("uploadId")
	u := b.uploads[id]
	if u == nil || u.key != q.key {
		return nil, &apiError{http.StatusNotFound, "NoSuchUpload", "The specified upload does not exist."}
	}
	switch q.action {
	case "AbortMultipartUpload":
		delete(b.uploads, id)
		return &answer{status: http.StatusNoContent}, nil
	case "CompleteMultipartUpload":
		delete(b.uploads, id)
		return b.complete(x, u)
	}
	number, err := strconv.Atoi(query.Get("partNumber"))
	if err != nil || number < 1 || number > 10000 {
		return nil, &apiError{http.StatusBadRequest, "InvalidArgument", "Part number must be an integer between 1 and 10000, inclusive"}
	}
	u.parts[number] = newObject(x, x.body)
	return &answer{status: http.StatusOK, header: http.Header{"Etag": {u.parts[number].etag()}}}, nil
}

type completeXML struct {
	Part []struct{ PartNumber int }
}

type completedXML struct {
	XMLName xml.Name `xml:"CompleteMultipartUploadResult"`
	Xmlns   string   `xml:"xmlns,attr"`
	Bucket  string
	Key     string
	ETag    string
}

// complete joins the parts that the request lists.
func (b *bucket) complete(x *exchange, u *upload) (*answer, *apiError) {
	var in completeXML
	if err := xml.NewDecoder(bytes.NewReader(x.body)).Decode(&in); err != nil {
		return nil, errMalformedXML()
	}
	for _, p := range in.Part {
		if u.parts[p.PartNumber] == nil {
			return nil, &apiError{http.StatusBadRequest, "InvalidPart", "One or more of the specified parts could not be found."}
		}
		u.object.body = append(u.object.body, u.parts[p.PartNumber].body...)
	}
	b.objects[u.key] = u.object
	return renderS3(x, completedXML{Xmlns: s3Namespace, Bucket: b.name, Key: u.key, ETag: u.object.etag()}), nil
}

type uploadsXML struct {
	XMLName     xml.Name `xml:"ListMultipartUploadsResult"`
	Xmlns       string   `xml:"xmlns,attr"`
	Bucket      string
	IsTruncated bool
	Upload      []uploadListedXML
}

type uploadListedXML struct {
	Key       string
	UploadID  string `xml:"UploadId"`
	Initiated string
}

func (b *bucket) listUploads() uploadsXML {
	out := uploadsXML{Xmlns: s3Namespace, Bucket: b.name}
	for _, id := range slices.Sorted(maps.Keys(b.uploads)) {
		u := b.uploads[id]
		out.Upload = append(out.Upload, uploadListedXML{u.key, id, u.object.modified.Format("2006-01-02T15:04:05.000Z")})
	}
	return out
}
