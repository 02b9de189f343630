package machine

import (
	"fmt"
	"regexp"
	"strings"
)

// Steady writes what the program shows with the same ids, codes, times and numbers in every
// run, so that a page changes only where the program speaks otherwise. What was the same
// stays the same.
type Steady struct {
	known map[string]string
	count map[string]int
}

// varying are texts that are made up anew in every run, with what stands for the n-th of
// their kind.
var varying = []struct {
	pattern *regexp.Regexp
	write   func(text string, n int) string
}{
	{inColumn(`\bAKIA[A-Z0-9]{16}\b`), func(_ string, n int) string {
		own := []string{"IOSFODNN7EXAMPLE", "I44QH8DHBEXAMPLE"} // AWS's own examples
		if n < len(own) {
			return "AKIA" + own[n]
		}
		return fmt.Sprintf("AKIAIOSFO%04dEXAMPLE", n)
	}},
	{inColumn(`\bA[SR][A-Z]{2}[A-Z0-9]{16,17}\b`), func(text string, n int) string {
		return text[:4] + "DBQP57FF2AEXAMPLE"[21-len(text):]
	}},
	{inColumn(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`), func(string, int) string { return "2026-11-27T14:30:00Z" }},
	{inColumn(`\d{4}-\d\d-\d\d\b`), func(text string, _ int) string {
		if text == "2012-10-17" { // the version of the policy language
			return text
		}
		return "2026-11-27"
	}},
	{inColumn(`\b\d\d:\d\d(?::\d\d)?\b`), func(text string, _ int) string { return "14:30:00"[:len(text)] }},
	{inColumn(`\b\d{6}\b`), func(_ string, n int) string { return fmt.Sprintf("%06d", (160_044+n*271_829)%1_000_000) }},
	{inColumn(`\bprocess \d+|\bbash \d+`), func(text string, _ int) string {
		word, _, _ := strings.Cut(text, " ")
		return word + " 2814"
	}},
	{inColumn(`\b127\.0\.0\.1:\d+`), func(string, int) string { return "127.0.0.1:40123" }},
	{inColumn(`\b(?:[A-Z2-7]{4} ){7}[A-Z2-7]{4}\b`), func(string, int) string {
		return "JBSW Y3DP EHPK 3PXP JBSW Y3DP EHPK 3PXP"
	}},
	{inColumn(`/[A-Z2-7]{26}\b`), func(string, int) string { return "/K3NQ2TSHVMWYX57DLB4EJ6UAPG" }},
	{inColumn(`\b\d seconds? ago\b`), func(string, int) string { return "just now" }},
	{inColumn(`\b59(?: minutes\b|m\b)`), func(text string, _ int) string { return "60" + text[2:] }},
}

// inColumn compiles a pattern, with the gap behind a column of a table, if one is there.
func inColumn(pattern string) *regexp.Regexp { return regexp.MustCompile(`(?:` + pattern + `)(?:  )?`) }

// Text returns a text as it would be in every run.
func (s *Steady) Text(text string) string {
	if s.known == nil {
		s.known, s.count = map[string]string{}, map[string]int{}
	}
	for _, v := range varying {
		kind := v.pattern.String()
		text = v.pattern.ReplaceAllStringFunc(text, func(found string) string {
			found, gap := strings.CutSuffix(found, "  ")
			as, ok := s.known[kind+found]
			if !ok {
				as = v.write(found, s.count[kind])
				s.count[kind]++
				s.known[kind+found] = as
			}
			if gap {
				return fmt.Sprintf("%-*s  ", len(found), as)
			}
			return as
		})
	}
	return text
}
