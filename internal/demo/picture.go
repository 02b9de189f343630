//go:build !windows

package main

import (
	"bytes"
	"encoding/xml"
	"fmt"
	"os"
	"regexp"
	"strings"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// The picture is an SVG of text, in which the lines appear one after the other, once. Who
// wants no motion, or has a viewer without style sheets, sees all of them at once.
const (
	lineHeight = 17
	margin     = 14
	pictureTop = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" font-size="13" role="img" aria-label="A terminal: a key is put into the keychain, a profile is set up with one MFA code, and the AWS CLI works with it">
<style>
text { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, "DejaVu Sans Mono", monospace; fill: #d0d7de; white-space: pre; animation: appear 1ms backwards; }
.note { fill: #8b949e; } .command { fill: #ffffff; font-weight: bold; } .added { fill: #7ee787; } .question { fill: #f2cc60; }
@keyframes appear { from { opacity: 0; } }
@media (prefers-reduced-motion: reduce) { text { animation: none; } }
</style>
<rect width="100%%" height="100%%" rx="8" fill="#0d1117"/>
`
)

// question is a line at which the person types something.
var question = regexp.MustCompile(`(?:: |\[y/N\] )\S*$|\d{6}$|\(not shown\):|passphrase:|same again:`)

// record plays the demo and writes its picture to a file, unless the picture there shows
// the same.
func record(path string) error {
	var text bytes.Buffer
	if err := run(&text); err != nil {
		return err
	}
	picture, err := draw(new(machine.Steady).Text(text.String()))
	if err != nil {
		return err
	}
	if before, err := os.ReadFile(path); err == nil && textOf(before) == textOf(picture) {
		return nil
	}
	return os.WriteFile(path, picture, 0o644)
}

// textOf returns the text of a picture without what differs from run to run; what is no
// picture has none.
func textOf(picture []byte) string {
	var svg struct {
		Text []string `xml:"text"`
	}
	if xml.Unmarshal(picture, &svg) != nil {
		return ""
	}
	return machine.Comparable(strings.Join(svg.Text, "\n"))
}

// draw returns the picture of a terminal with a text on it.
func draw(text string) ([]byte, error) {
	var lines []string
	for line := range strings.Lines(strings.TrimRight(text, "\n")) {
		line := []rune(strings.TrimRight(line, "\n"))
		for len(line) > columns { // as a terminal does
			lines, line = append(lines, string(line[:columns])), line[columns:]
		}
		lines = append(lines, string(line))
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, pictureTop, columns*8+2*margin, len(lines)*lineHeight+2*margin)
	at := 0.3 // seconds from the beginning
	for i, line := range lines {
		class := ""
		switch {
		case strings.HasPrefix(line, "# "):
			class, at = "note", at+1.2
		case strings.HasPrefix(line, "$ "):
			class, at = "command", at+0.8
		case strings.HasPrefix(line, "+"):
			class = "added"
		case question.MatchString(line) && !strings.HasPrefix(line, "awsbroker: ") && !strings.HasPrefix(line, " "):
			class, at = "question", at+0.8
		}
		at += 0.05
		if line == "" {
			continue
		}
		fmt.Fprintf(&b, `<text x="%d" y="%d" class="%s" style="animation-delay:%.2fs">`, margin, margin+(i+1)*lineHeight-4, class, at)
		if err := xml.EscapeText(&b, []byte(strings.TrimRight(line, " "))); err != nil {
			return nil, err
		}
		b.WriteString("</text>\n")
	}
	b.WriteString("</svg>\n")
	return b.Bytes(), nil
}
