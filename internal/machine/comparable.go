package machine

import (
	"regexp"
	"strings"
)

// differing is what is another text in every run, and what stands for it when two are compared.
var differing = []struct {
	pattern *regexp.Regexp
	with    string
}{
	{regexp.MustCompile(`\b(?:A[KSR][A-Z]{2})[A-Z0-9]{12,17}\b`), "ID"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d)?Z?)?`), "TIME"},
	{regexp.MustCompile(`\b\d\d:\d\d(?::\d\d)?(?: UTC)?\b`), "TIME"},
	{regexp.MustCompile(`\b\d{6}\b`), "CODE"},
	{regexp.MustCompile(`\b(?:ba)?sh (\(process )?\d+`), "sh ${1}N"},
	{regexp.MustCompile(`\bprocess \d+`), "process N"},
	{regexp.MustCompile(`127\.0\.0\.1:\d+`), "127.0.0.1:PORT"},
	{regexp.MustCompile(`\b(?:just now|\d+ ?(?:ms|s|seconds?|m|min|minutes?|h|hours?|days?)\b(?: ago| left)?)`), "SPAN"},
	{regexp.MustCompile(`\b(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}\b|/[A-Z2-7]{26}\b`), "SECRET"},
	{regexp.MustCompile(`\s+`), " "},
}

// Comparable returns what the program shows without ids, codes, times, process numbers and
// ports, which are others in every run, and without the layout that depends on their lengths.
func Comparable(text string) string {
	for _, d := range differing {
		text = d.pattern.ReplaceAllString(text, d.with)
	}
	return strings.TrimSpace(text)
}
