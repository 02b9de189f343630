package fakeaws

import (
	"encoding/xml"
	"maps"
	"net/url"
	"slices"
	"strings"
)

const s3Namespace = "http://s3.amazonaws.com/doc/2006-03-01/"

type locationXML struct {
	XMLName xml.Name `xml:"http://s3.amazonaws.com/doc/2006-03-01/ LocationConstraint"`
	Region  string   `xml:",chardata"`
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
		Xmlns: s3Namespace, Name: b.name, MaxKeys: 1000,
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
		out.Contents = append(out.Contents, listedXML{show(key), o.modified.Format("2006-01-02T15:04:05.000Z"), o.etag(), len(o.body), "STANDARD"})
	}
	for _, folder := range slices.Compact(folders) {
		out.CommonPrefixes = append(out.CommonPrefixes, prefixXML{show(folder)})
	}
	out.KeyCount = len(out.Contents) + len(out.CommonPrefixes)
	return renderS3(x, out)
}
