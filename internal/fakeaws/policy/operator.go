package policy

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// operator compares a value of the policy with one of the request.
type operator struct {
	negated bool
	check   func(text string) error // of a value, when the policy is set
	compare func(v operand, actual string, context map[string][]string) bool
}

// operators are all operators that are evaluated, in lower case, without the
// ending IfExists.
func operators() map[string]operator {
	free := func(string) error { return nil }
	all := map[string]operator{
		"bool":                   {check: checkBool, compare: equalFold},
		"stringequals":           {check: free, compare: equal},
		"stringequalsignorecase": {check: free, compare: equalFold},
		"stringlike":             {check: free, compare: like},
		"arnequals":              {check: checkARN, compare: arnLike}, // AWS: ArnEquals and ArnLike behave identically
		"arnlike":                {check: checkARN, compare: arnLike},
		"numericequals":          {check: checkNumber, compare: numeric(func(c int) bool { return c == 0 })},
		"dateequals":             {check: checkDate, compare: dated(func(c int) bool { return c == 0 })},
	}
	for suffix, holds := range map[string]func(int) bool{
		"lessthan":          func(c int) bool { return c < 0 },
		"lessthanequals":    func(c int) bool { return c <= 0 },
		"greaterthan":       func(c int) bool { return c > 0 },
		"greaterthanequals": func(c int) bool { return c >= 0 },
	} {
		all["numeric"+suffix] = operator{check: checkNumber, compare: numeric(holds)}
		all["date"+suffix] = operator{check: checkDate, compare: dated(holds)}
	}
	for negated, plain := range map[string]string{
		"stringnotequals": "stringequals", "stringnotequalsignorecase": "stringequalsignorecase", "stringnotlike": "stringlike",
		"arnnotequals": "arnequals", "arnnotlike": "arnlike", "numericnotequals": "numericequals", "datenotequals": "dateequals",
	} {
		op := all[plain]
		op.negated = true
		all[negated] = op
	}
	return all
}

// resolve replaces variables; false if one has no value.
func (v operand) resolve(context map[string][]string) (string, bool) {
	var b strings.Builder
	for _, p := range v.pattern {
		switch {
		case p.wildcard != 0:
			b.WriteByte(p.wildcard)
		case p.variable == "":
			b.WriteString(p.literal)
		case len(context[p.variable]) != 1:
			return "", false
		default:
			b.WriteString(context[p.variable][0])
		}
	}
	return b.String(), true
}

func equal(v operand, actual string, context map[string][]string) bool {
	want, ok := v.resolve(context)
	return ok && want == actual
}

func equalFold(v operand, actual string, context map[string][]string) bool {
	want, ok := v.resolve(context)
	return ok && strings.EqualFold(want, actual)
}

func like(v operand, actual string, context map[string][]string) bool {
	return v.pattern.match(actual, context)
}

// arnLike compares each of the six parts by itself, so that a wildcard does
// not reach over a colon.
func arnLike(v operand, actual string, context map[string][]string) bool {
	want, ok := v.resolve(context)
	wants, parts := strings.SplitN(want, ":", 6), strings.SplitN(actual, ":", 6)
	if !ok || len(wants) != 6 || len(parts) != 6 {
		return false
	}
	for i := range wants {
		if !literalPattern(wants[i]).match(parts[i], nil) {
			return false
		}
	}
	return true
}

func numeric(holds func(int) bool) func(operand, string, map[string][]string) bool {
	return func(v operand, actual string, _ map[string][]string) bool {
		want, errWant := strconv.ParseFloat(v.text, 64)
		have, errHave := strconv.ParseFloat(actual, 64)
		if errWant != nil || errHave != nil {
			return false
		}
		switch {
		case have < want:
			return holds(-1)
		case have > want:
			return holds(1)
		}
		return holds(0)
	}
}

func dated(holds func(int) bool) func(operand, string, map[string][]string) bool {
	return func(v operand, actual string, _ map[string][]string) bool {
		want, errWant := parseDate(v.text)
		have, errHave := parseDate(actual)
		return errWant == nil && errHave == nil && holds(have.Compare(want))
	}
}

// parseDate reads ISO 8601 in the forms that AWS documents, and epoch seconds.
func parseDate(text string) (time.Time, error) {
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04Z07:00", time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, nil
		}
	}
	seconds, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return time.Time{}, fmt.Errorf("%q is no date", text)
	}
	return time.Unix(seconds, 0), nil
}

func checkBool(text string) error {
	if !strings.EqualFold(text, "true") && !strings.EqualFold(text, "false") {
		return fmt.Errorf("%q is neither true nor false", text)
	}
	return nil
}

func checkNumber(text string) error {
	if _, err := strconv.ParseFloat(text, 64); err != nil {
		return fmt.Errorf("%q is no number", text)
	}
	return nil
}

func checkDate(text string) error {
	_, err := parseDate(text)
	return err
}

func checkARN(text string) error {
	if text != "*" && strings.Count(text, ":") < 5 {
		return fmt.Errorf("%q is no ARN", text)
	}
	return nil
}
