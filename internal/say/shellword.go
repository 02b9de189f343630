package say

import "strings"

// ShellWords quotes the words of a command line for hints.
func ShellWords(words []string) string { return quoteAll(words, ShellWord) }

// ShellWord quotes a name for the command lines in hints, as the shell of the system's
// people reads them.
func ShellWord(s string) string {
	s = Clean(s)
	if isPlain(s, plainToShell) {
		return s
	}
	return quoteForShell(s)
}

// PosixWords quotes the words of a command line for sh, which some programs run on every
// system.
func PosixWords(words []string) string { return quoteAll(words, PosixWord) }

// PosixWord quotes a word for sh.
func PosixWord(s string) string {
	s = Clean(s)
	if isPlain(s, "") {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

func quoteAll(words []string, quote func(string) string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = quote(w)
	}
	return strings.Join(quoted, " ")
}
