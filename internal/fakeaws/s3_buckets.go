package fakeaws

import (
	"encoding/xml"
	"maps"
	"slices"
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
func (s *Server) listBuckets(x *exchange, of *Account) *answer {
	out := bucketsXML{Xmlns: s3Namespace, Owner: bucketOwnerID{of.ID}}
	for _, name := range slices.Sorted(maps.Keys(s.buckets)) {
		if b := s.buckets[name]; b.account == of {
			out.Buckets = append(out.Buckets, bucketXML{name, b.made.Format("2006-01-02T15:04:05.000Z")})
		}
	}
	return renderS3(x, out)
}
