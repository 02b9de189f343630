package say

import (
	"strings"
	"unicode"
)

// maxShown is the length in characters to which text from elsewhere is cut.
const maxShown = 300

// Clean makes text from elsewhere (a process, a file, AWS) fit to be shown:
// control and format characters, which could move the cursor or reverse the
// direction of the line, become U+FFFD, and long text is cut. Line breaks and
// tabs become spaces.
func Clean(s string) string {
	if len(s) <= maxShown && isPrintable(s) {
		return strings.TrimSpace(s)
	}
	var b strings.Builder
	n := 0
	for _, r := range s {
		if n++; n > maxShown {
			b.WriteString("…")
			break
		}
		switch {
		case r == '\n', r == '\r', r == '\t':
			b.WriteByte(' ')
		case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp):
			b.WriteRune(unicode.ReplacementChar)
		default:
			b.WriteRune(r)
		}
	}
	return strings.TrimSpace(b.String())
}

// isPrintable reports whether text is all of printable ASCII, as nearly all is.
func isPrintable(s string) bool {
	for i := range len(s) {
		if s[i] < ' ' || s[i] > '~' {
			return false
		}
	}
	return true
}
