package config

import (
	"strings"
	"unicode"
)

// profileName returns the profile that a section of the config file is for, and false
// for other sections. [default] and [profile default] both mean default.
func profileName(section string) (string, bool) {
	if section == "default" {
		return section, true
	}
	return prefixedName(section, "profile")
}

// bare returns the section [NAME] of a config file in which a profile of that name
// has to be [profile NAME], as people write who know the credentials file; nil if
// there is none. AWS's tools read no profile from it.
func (d *document) bare(profile string) *section {
	switch profile {
	case "default", "plugins", "preview": // sections that mean something as they are
		return nil
	}
	return d.sectionNamed(profile)
}

// prefixedName returns "admin" for "profile admin". Quotes around a name are accepted,
// as botocore does; "profiles admin" is not, though botocore takes it.
func prefixedName(section, prefix string) (string, bool) {
	if isUsual(section, prefix) {
		return section[len(prefix)+1:], true
	}
	rest, ok := strings.CutPrefix(section, prefix)
	if !ok || rest == "" || (rest[0] != ' ' && rest[0] != '\t') {
		return "", false
	}
	words := shellWords(rest)
	if len(words) != 1 || words[0] == "" {
		return "", false
	}
	return words[0], true
}

// shellWords splits text as a POSIX shell does, with quotes and backslashes. The
// result is nil if a quote is not closed.
func shellWords(text string) []string {
	var words []string
	var word strings.Builder
	inWord, quote, escaped := false, rune(0), false
	for _, r := range text {
		switch {
		case escaped:
			if quote == '"' && r != '"' && r != '\\' {
				word.WriteByte('\\')
			}
			word.WriteRune(r)
			escaped = false
		case r == '\\' && quote != '\'':
			escaped, inWord = true, true
		case quote != 0 && r == quote:
			quote = 0
		case quote != 0:
			word.WriteRune(r)
		case r == '"' || r == '\'':
			quote, inWord = r, true
		case r == ' ' || r == '\t' || r == '\r' || r == '\n':
			if inWord {
				words = append(words, word.String())
				word.Reset()
				inWord = false
			}
		default:
			word.WriteRune(r)
			inWord = true
		}
	}
	if quote != 0 || escaped {
		return nil
	}
	if inWord {
		words = append(words, word.String())
	}
	return words
}

// printable replaces characters that could move the cursor or reorder text, for
// names of sections, which are shown between brackets instead of quotes.
func printable(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, text)
}
