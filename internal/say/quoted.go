package say

import (
	"strings"
	"unicode"
)

// Quoted returns a name from elsewhere as it stands in a sentence: a plain one as it
// is, and one that could pass for words of ours (it has spaces, brackets, letters that
// look like either) in quotes that it does not end.
func Quoted(name string) string {
	name = Clean(name)
	if isPlain(name, "~") {
		return name
	}
	return `"` + strings.Map(func(r rune) rune {
		switch {
		case unicode.In(r, unicode.Quotation_Mark) || strings.ContainsRune(likeQuotes, r):
			return '\''
		case unicode.IsSpace(r) || strings.ContainsRune(likeSpaces, r):
			return ' '
		}
		return r
	}, name) + `"`
}

const (
	likeQuotes = "\u02ba\u02dd\u02ee\u02f6\u2033\u2036\u3003"
	likeSpaces = "\u115f\u1160\u2800\u3164\uffa0"
)

// isPlain reports whether a name has nothing in it that a shell could take for
// something else, but for these characters.
func isPlain(name, but string) bool {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("_@%+=:,./-"+but, r)
	}
	return name != "" && strings.TrimFunc(name, plain) == ""
}
