package config

import (
	"strings"

	"github.com/pmezard/go-difflib/difflib"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/pattern"
)

// secretKeys are the settings whose values are never shown. The lines may be
// comments: keys are often commented out rather than removed.
var secretKeys = pattern.Of(`(?i)^(.*(?:secret|token|password).*?[=:]).*$`)

// keyIDs are the settings that have an access key id, or a secret by mistake.
var keyIDs = pattern.Of(`(?i)^(.*access_?key(?:_?id)?\s*[=:]\s*)(.*?)(\s*)$`)

// Diff shows an edit to a person, as diff -u would, or "" if nothing
// changes. It is for a terminal, not for patch(1): secrets are hidden,
// carriage returns left out, control characters replaced.
func Diff(path string, before, after []byte) string {
	if string(before) == string(after) {
		return ""
	}
	diff := difflib.UnifiedDiff{
		A:        forPeople(before),
		B:        forPeople(after),
		FromFile: printable(path),
		ToFile:   printable(path),
		Context:  3,
	}
	// Writing to a string builder does not fail.
	text, _ := difflib.GetUnifiedDiffString(diff)
	return text
}

func forPeople(text []byte) []string {
	lines := splitLines(string(text))
	for i, line := range lines {
		lines[i] = printableLine(line) + "\n"
	}
	return lines
}

func printableLine(line string) string {
	parts := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
	for i := range parts {
		parts[i] = printable(parts[i])
	}
	shown := secretKeys().ReplaceAllString(strings.Join(parts, "\t"), "$1 [hidden]")
	if m := keyIDs().FindStringSubmatch(shown); m != nil && m[2] != "" && m[2] != "[hidden]" {
		return m[1] + credential.ShowID(m[2]) + m[3]
	}
	return shown
}
