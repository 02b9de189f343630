package fakeaws

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
)

// sessionTags are the tags of an AssumeRole request.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/id_session-tags.html
type sessionTags struct {
	keys, values []string
	transitive   []string
}

func readSessionTags(p *params) sessionTags {
	var t sessionTags
	for n := 1; n <= p.members("Tags"); n++ {
		member := fmt.Sprintf("Tags.member.%d.", n)
		t.keys = append(t.keys, p.required(member+"Key", length(1, 128), matching(`[\p{L}\p{Z}\p{N}_.:/=+\-@]+`)))
		t.values = append(t.values, p.required(member+"Value", length(0, 256), matching(`[\p{L}\p{Z}\p{N}_.:/=+\-@]*`)))
	}
	for n := 1; n <= p.members("TransitiveTagKeys"); n++ {
		t.transitive = append(t.transitive, p.required(fmt.Sprintf("TransitiveTagKeys.member.%d", n), length(1, 128)))
	}
	if len(t.keys) > 50 {
		p.fail("Value", "Tags", "Member must have length less than or equal to 50")
	}
	return t
}

// inherit checks the tags and adds those that a chain carries on.
func (t sessionTags) inherit(who *caller, in *assumeRoleInput) *apiError {
	invalid := func(text string) *apiError {
		return &apiError{http.StatusBadRequest, "InvalidParameterValue", text}
	}
	inherited := map[string]string{}
	if who.session != nil {
		for _, key := range who.session.transitive {
			inherited[key] = who.session.tags[key]
		}
	}
	tags := map[string]string{}
	for i, key := range t.keys {
		if strings.HasPrefix(strings.ToLower(key), "aws:") {
			return invalid("Tag keys beginning with aws: are reserved for system use.")
		}
		if hasFold(maps.Keys(tags), key) {
			return invalid("Duplicate tag keys found. Please note that Tag keys are case insensitive.")
		}
		if hasFold(maps.Keys(inherited), key) {
			return invalid("One of the specified transitive tag keys can't be set because it conflicts with a transitive tag key from the calling session.")
		}
		tags[key] = t.values[i]
	}
	for _, key := range t.transitive {
		if !hasFold(maps.Keys(tags), key) {
			return invalid("The specified transitive tag key must be included in the requested tags.")
		}
	}
	maps.Copy(tags, inherited)
	in.tags = tags
	in.transitive = append(slices.Collect(maps.Keys(inherited)), t.transitive...)
	return nil
}

func hasFold(keys func(func(string) bool), key string) bool {
	for have := range keys {
		if strings.EqualFold(have, key) {
			return true
		}
	}
	return false
}
