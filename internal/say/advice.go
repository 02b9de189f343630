package say

import (
	"slices"
	"strings"
)

// Advice lays out text behind "hint:" that names commands: each, from a colon to the end of its part
// of the sentence, on a line of its own, to be copied.
//
//	awsbroker: hint: choose another name, or replace it with:
//	    awsbroker add phoebe --replace
func Advice(text string) string {
	if text == "" {
		return ""
	}
	var lines []string
	for text != "" {
		before, command, rest := cutCommand(text)
		if before != "" {
			lines = append(lines, before)
		}
		if command != "" {
			lines = append(lines, commandIndent+command)
		}
		text = rest
	}
	for i := 1; i < len(lines); i++ {
		if !strings.HasPrefix(lines[i], commandIndent) {
			lines[i] = strings.Repeat(" ", len(ourName)) + lines[i]
		}
	}
	if strings.HasPrefix(lines[0], commandIndent) {
		return "\n" + strings.Join(lines, "\n")
	}
	return " " + strings.Join(lines, "\n")
}

// cutCommand cuts text at its first command. Without one, all of text is before it.
func cutCommand(text string) (before, command, rest string) {
	at := -1
	for i := range text {
		if (i == 0 || strings.HasSuffix(text[:i], ": ")) && isCommand(text[i:]) {
			at = i
			break
		}
	}
	if at < 0 {
		return text, "", ""
	}
	command = text[at:]
	if end := endOfCommand(command); end < len(command) {
		command, rest = command[:end], strings.TrimLeft(command[end:], ",; ")
	}
	return strings.TrimSpace(text[:at]), command, rest
}

// endOfCommand returns where a command ends that stands in a sentence: before a comma
// or a semicolon that is in no quotes.
func endOfCommand(text string) int {
	quote := rune(0)
	for i, r := range text {
		switch {
		case quote != 0:
			if r == quote {
				quote = 0
			}
		case r == '\'' || r == '"':
			quote = r
		case strings.HasPrefix(text[i:], ", ") || strings.HasPrefix(text[i:], "; "):
			return i
		}
	}
	return len(text)
}

// programs are those that our hints run.
var programs = []string{"awsbroker", "aws", "aws-vault", "sudo", "unset"}

// isCommand reports whether text begins as a command does: with a program of those that
// hints run, behind variables for it.
func isCommand(text string) bool {
	for {
		word, rest, found := strings.Cut(text, " ")
		if !found {
			return false
		}
		if name, _, is := strings.Cut(word, "="); is && name == strings.ToUpper(name) {
			text = rest
			continue
		}
		for _, p := range programs {
			if word == p && !isSentence(rest) {
				return true
			}
		}
		return false
	}
}

// isSentence reports whether what follows a program's name goes on as a sentence does, as
// in "awsbroker never deletes an active key".
func isSentence(rest string) bool {
	word, _, _ := strings.Cut(rest, " ")
	return slices.Contains([]string{"has", "keeps", "makes", "never", "refuses", "runs", "serves"}, word)
}
