package say

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Wrap breaks text between words into lines of at most so many columns, the
// first after one indentation and those that follow after another. A longer
// word stays whole, and so does a command that fits on a line, to be copied. With a
// width of 0 there is one line.
func Wrap(text, first, next string, width int) string {
	var b strings.Builder
	line, empty := first, true
	for _, word := range wordsOf(text, width-Columns(next)) {
		if width > 0 && !empty && Columns(line)+1+Columns(word) > width {
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

// wordsOf returns the words of text. A command of at most so many columns is one.
func wordsOf(text string, most int) (words []string) {
	for {
		before, command, _ := cutCommand(text)
		if command == "" || Columns(command) >= most {
			return append(words, strings.Fields(text)...)
		}
		start := len(before) + strings.Index(text[len(before):], command)
		end := start + len(command)
		if end < len(text) {
			end++ // a comma or a semicolon
		}
		words = append(append(words, strings.Fields(before)...), text[start:end])
		text = text[end:]
	}
}

// Columns returns how many columns a terminal needs for text: its characters, without
// the sequences that colour them.
func Columns(text string) int { return utf8.RuneCountInString(bare(text)) }

// bare returns text without the sequences that colour it.
func bare(text string) string {
	parts := strings.Split(text, "\x1b[")
	for i := range parts[1:] {
		_, parts[i+1], _ = strings.Cut(parts[i+1], "m")
	}
	return strings.Join(parts, "")
}

// Fit breaks those lines of text that are wider than so many columns, and leaves the
// others as they are. What follows hangs where the text of the line begins: behind
// "awsbroker: ", behind a mark such as "- ", or in the second of two columns. A
// command on a line of its own stays whole, so that it can be copied.
func Fit(text string, width int) string {
	if width <= 0 {
		return text
	}
	lines := strings.Split(text, "\n")
	for i, line := range lines {
		if Columns(line) <= width || isVerbatim(line) {
			continue
		}
		hang := hangOf(line, width)
		tail := line[len(strings.TrimRight(line, " ")):] // of a question
		lines[i] = Wrap(line[hang:], line[:hang], strings.Repeat(" ", Columns(line[:hang])), width) + tail
	}
	return strings.Join(lines, "\n")
}

// isVerbatim reports whether a line is one to copy, of a diff, or of JSON.
func isVerbatim(line string) bool {
	text := strings.TrimLeft(line, " ")
	switch indent := len(line) - len(text); {
	case text == "":
		return true
	case indent >= len(commandIndent) && isCommand(text), indent == 1, strings.HasPrefix(text, `"`):
		return true
	}
	after := strings.TrimLeft(text, text[:1])
	return strings.ContainsAny(text[:1], "+-@") && after != "" && (len(text)-len(after) > 1 || after[0] != ' ')
}

const (
	ourName       = "awsbroker: "
	commandIndent = "    "
)

// marks stand in front of the items of a list, or of steps.
var marks = []string{"-", "+", "=", "~", "?", "✓", "✗", "•"}

// hangOf returns how many bytes of a line stand before what is broken into lines.
func hangOf(line string, width int) int {
	if strings.HasPrefix(line, ourName) {
		if width < 4*len(ourName) {
			return 0
		}
		return len(ourName)
	}
	indent := len(line) - len(strings.TrimLeft(line, " "))
	mark, text, found := strings.Cut(line[indent:], " ")
	if found && slices.Contains(marks, bare(mark)) {
		return len(line) - len(strings.TrimLeft(text, " "))
	}
	if label, _, found := strings.Cut(line[indent:], "  "); found {
		text := strings.TrimLeft(line[indent+len(label):], " ")
		if hang := len(line) - len(text); Columns(line[:hang]) <= width/2 {
			return hang
		}
	}
	return indent
}
