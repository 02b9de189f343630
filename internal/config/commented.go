package config

import (
	"slices"

	"github.com/awsbroker/awsbroker/internal/pattern"
)

// commentedSecret is a comment with a secret access key in it. Keys are often
// commented out rather than removed, which leaves them as readable as before.
var commentedSecret = pattern.Of(`(?i)^[#;].*aws_secret_access_key\s*[=:]\s*[A-Za-z0-9/+]{40}\b`)

// CommentedKeys returns the lines of both files that are comments with a secret
// access key in them. The origins have no value.
func (c *Config) CommentedKeys() []Origin {
	var found []Origin
	for _, doc := range []*document{c.config, c.credentials} {
		section := ""
		next := 0
		for i, line := range splitLines(doc.text) {
			if next < len(doc.spans) && int(doc.spans[next].line) == i+1 {
				section = doc.name(next)
				next++
			}
			if commentedSecret().MatchString(trim(line)) {
				found = append(found, Origin{File: doc.path, Line: i + 1, Section: section})
			}
		}
	}
	return found
}

// misnamedSecret is the value of a secret access key, and misnamed what people call
// one.
var (
	misnamedSecret = pattern.Of(`^["']?[A-Za-z0-9/+]{40}["']?$`)
	misnamed       = pattern.Of(`secret|access_?key|^aws_?key`)
)

// MisnamedKeys returns the settings of both files that have a secret access key under
// a name that no tool reads, such as aws_secret_key. The origins have no value.
func (c *Config) MisnamedKeys() []Origin {
	var found []Origin
	for _, doc := range []*document{c.config, c.credentials} {
		for _, s := range doc.sections() {
			for i := range s.all {
				o := &s.all[i]
				if !slices.Contains(ClearKeyLines, o.name) && misnamed().MatchString(o.name) && misnamedSecret().MatchString(o.rawValue()) {
					found = append(found, s.origin(o))
				}
			}
		}
	}
	return found
}

// RemoveCommentedKeys returns the text without the lines that [Config.CommentedKeys]
// finds.
func RemoveCommentedKeys(text []byte) []byte {
	var kept []byte
	for _, line := range splitLines(string(text)) {
		if !commentedSecret().MatchString(trim(line)) {
			kept = append(kept, line...)
		}
	}
	return kept
}

// DropByteOrderMark returns the text without a UTF-8 byte order mark at its beginning.
func DropByteOrderMark(text []byte) []byte {
	if len(text) >= 3 && string(text[:3]) == utf8Mark {
		return text[3:]
	}
	return text
}

const utf8Mark = "\xef\xbb\xbf"
