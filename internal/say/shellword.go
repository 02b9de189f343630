package say

import "strings"

// ShellWords quotes the words of a command line for hints.
func ShellWords(words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = ShellWord(w)
	}
	return strings.Join(quoted, " ")
}

// ShellWord quotes a name for the command lines in hints.
func ShellWord(s string) string {
	s = Clean(s)
	if isPlain(s, "") {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
