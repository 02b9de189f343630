package fakeaws

import (
	"encoding/xml"
	"maps"
	"net/http"
	"slices"
	"time"
)

type bucketsXML struct {
	XMLName xml.Name      `xml:"ListAllMyBucketsResult"`
	Xmlns   string        `xml:"xmlns,attr"`
	Buckets []bucketXML   `xml:"Buckets>Bucket"`
	Owner   bucketOwnerID `xml:"Owner"`
}

type bucketXML struct{ Name, CreationDate string }

type bucketOwnerID struct{ ID string }

// listBuckets gives all buckets of an account at once.
// https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListBuckets.html
func (s *Server) listBuckets(of *Account) *answer {
	out := bucketsXML{Xmlns: "http://s3.amazonaws.com/doc/2006-03-01/", Owner: bucketOwnerID{of.ID}}
	for _, name := range slices.Sorted(maps.Keys(s.buckets)) {
		if b := s.buckets[name]; b.account == of {
			out.Buckets = append(out.Buckets, bucketXML{name, b.made.Format(time.RFC3339)})
		}
	}
	body, err := xml.Marshal(out)
	if err != nil {
		panic("fakeaws: buckets: " + err.Error()) // strings always marshal
	}
	return &answer{status: http.StatusOK, header: http.Header{"Content-Type": {"application/xml"}}, body: body}
}
