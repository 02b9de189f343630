package fakeaws

import (
	"encoding/base64"
	"slices"
	"strings"
)

// membersXML is a list on the wire.
type membersXML[T any] struct {
	Members []T `xml:"member"`
}

// pageXML is how a list says that there is more of it.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_ListAccessKeys.html
type pageXML struct {
	IsTruncated bool
	Marker      string `xml:",omitempty"`
}

// pageParams are what a client says about the page it wants.
type pageParams struct {
	after string // the last item of the page before
	size  int
	bad   bool
}

func readPage(p *params) pageParams {
	marker, _ := p.optional("Marker", length(1, 320), matching(`[\x{0020}-\x{00FF}]+`))
	page := pageParams{size: p.integer("MaxItems", 100, 1, 1000)}
	if marker != "" {
		after, err := base64.StdEncoding.DecodeString(marker)
		page.after, page.bad = string(after), err != nil
	}
	return page
}

// onPage cuts the page out of all items, which it sorts by their key. IAM may
// send fewer items than asked for and say that there are more; Server.SetPageSize
// makes it.
func onPage[T any](x *exchange, page pageParams, items []T, key func(T) string) (membersXML[T], pageXML, *apiError) {
	if page.bad {
		return membersXML[T]{}, pageXML{}, errValidation("Invalid Marker.")
	}
	slices.SortFunc(items, func(a, b T) int { return strings.Compare(key(a), key(b)) })
	items = slices.DeleteFunc(items, func(one T) bool { return page.after != "" && key(one) <= page.after })
	size := page.size
	if limit := x.server.pageSize; limit > 0 {
		size = min(size, limit)
	}
	if len(items) <= size {
		return membersXML[T]{items}, pageXML{}, nil
	}
	last := key(items[size-1])
	return membersXML[T]{items[:size]}, pageXML{true, base64.StdEncoding.EncodeToString([]byte(last))}, nil
}

// SetPageSize makes the lists of IAM come in pages of at most n items, even if
// the client asked for more; 0 ends it.
func (s *Server) SetPageSize(n int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.pageSize = n
}
