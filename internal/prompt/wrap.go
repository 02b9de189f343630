package prompt

import (
	"strings"
	"unicode/utf8"
)

// Wrap breaks text between words into lines of at most so many characters, the
// first after one indentation and those that follow after another. A longer
// word stays whole.
func Wrap(text, first, next string, width int) string {
	var b strings.Builder
	line, empty := first, true
	for _, word := range strings.Fields(text) {
		if !empty && utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > width {
			b.WriteString(line + "\n")
			line, empty = next, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	return b.String() + line
}

// fit breaks the lines of text that a terminal would break inside of words.
// What is drawn (a QR code) is left alone.
func fit(text string, width int) string {
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if utf8.RuneCountInString(line) > width && !strings.Contains(line, "\x1b") {
			indent := line[:len(line)-len(strings.TrimLeft(line, " "))]
			lines[i] = Wrap(line, indent, indent, width)
		}
	}
	return strings.Join(lines, "\n")
}
