package policy

import (
	"fmt"
	"strings"
)

// pattern is a text with wildcards and, where they are allowed, variables.
type pattern []piece

// piece is a literal text, one of the wildcards * and ?, or a variable.
type piece struct {
	literal  string
	wildcard byte   // '*', '?' or 0
	variable string // a condition key in lower case, or ""
}

func literalPattern(text string) pattern {
	p, _ := parsePattern(text, false) // without variables there is nothing to refuse
	return p
}

// parsePattern understands ${key} in policies of the version 2012-10-17.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
func parsePattern(text string, variables bool) (pattern, error) {
	var p pattern
	for text != "" {
		if variables && strings.HasPrefix(text, "${") {
			name, rest, closed := strings.Cut(text[2:], "}")
			if !closed {
				return nil, fmt.Errorf("variable without an end in %q", text)
			}
			text = rest
			switch {
			case name == "*" || name == "?" || name == "$":
				p = append(p, piece{literal: name})
			case knownKey(name):
				p = append(p, piece{variable: strings.ToLower(name)})
			default:
				return nil, fmt.Errorf("unknown policy variable %q", name)
			}
			continue
		}
		switch c := text[0]; c {
		case '*', '?':
			p = append(p, piece{wildcard: c})
		default:
			p = append(p, piece{literal: text[:1]})
		}
		text = text[1:]
	}
	return p, nil
}

// match holds text against the pattern. A variable without a value matches
// nothing; its value is literal, wildcards in it stand for themselves.
func (p pattern) match(text string, values map[string][]string) bool {
	resolved := make(pattern, 0, len(p))
	for _, one := range p {
		if one.variable == "" {
			resolved = append(resolved, one)
			continue
		}
		value := values[one.variable]
		if len(value) != 1 {
			return false
		}
		for i := range len(value[0]) {
			resolved = append(resolved, piece{literal: value[0][i : i+1]})
		}
	}
	return glob(resolved, text)
}

// glob walks both texts and goes back to the last star when it is stuck, which
// keeps it from being exponential.
func glob(p pattern, text string) bool {
	i, j, star, mark := 0, 0, -1, 0
	for j < len(text) {
		switch {
		case i < len(p) && p[i].wildcard == '*':
			star, mark = i, j
			i++
		case i < len(p) && (p[i].wildcard == '?' || p[i].literal == text[j:j+1]):
			i++
			j++
		case star >= 0:
			mark++
			i, j = star+1, mark
		default:
			return false
		}
	}
	for i < len(p) && p[i].wildcard == '*' {
		i++
	}
	return i == len(p)
}

// matchFold is match without regard to case, as actions are compared.
func (p pattern) matchFold(text string) bool {
	lower := make(pattern, len(p))
	for i, one := range p {
		one.literal = strings.ToLower(one.literal)
		lower[i] = one
	}
	return lower.match(strings.ToLower(text), nil)
}
