package fakeaws

import (
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// params are the parameters of one query request. An action asks for the ones
// it knows and then calls check, which refuses what broke a constraint and
// what nobody asked for.
type params struct {
	values   map[string]string
	asked    map[string]bool
	failures []string
}

// parseParams reads the query string and, for a POST, the form.
func parseParams(r *http.Request, body []byte) (*params, *apiError) {
	p := &params{values: map[string]string{}, asked: map[string]bool{"Action": true, "Version": true}}
	malformed := func(text string) *apiError {
		return &apiError{http.StatusBadRequest, "MalformedQueryString", text}
	}
	sources := []string{r.URL.RawQuery}
	if len(body) > 0 {
		kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
		if r.Method != http.MethodPost || strings.TrimSpace(kind) != "application/x-www-form-urlencoded" {
			return p, malformed("a body has to be a POST of application/x-www-form-urlencoded, not " + r.Method + " of " + strconv.Quote(kind))
		}
		sources = append(sources, string(body))
	}
	for _, source := range sources {
		values, err := url.ParseQuery(source)
		if err != nil {
			return p, malformed("The query string contains a syntax error")
		}
		for name, list := range values {
			if _, twice := p.values[name]; twice || len(list) > 1 {
				return p, malformed("the parameter " + strconv.Quote(name) + " is there more than once")
			}
			p.values[name] = list[0]
		}
	}
	return p, nil
}

// constraint returns what a value fails to satisfy, or "".
type constraint func(value string) string

func length(least, most int) constraint {
	return func(value string) string {
		switch n := len([]rune(value)); {
		case n < least:
			return fmt.Sprintf("Member must have length greater than or equal to %d", least)
		case n > most:
			return fmt.Sprintf("Member must have length less than or equal to %d", most)
		}
		return ""
	}
}

func matching(expression string) constraint {
	return func(value string) string {
		if compiled(expression).MatchString(value) {
			return ""
		}
		return "Member must satisfy regular expression pattern: " + expression
	}
}

var expressions sync.Map // string to *regexp.Regexp

// compiled matches a whole value. It is kept: each request asks for the same.
func compiled(expression string) *regexp.Regexp {
	if have, ok := expressions.Load(expression); ok {
		return have.(*regexp.Regexp)
	}
	fresh := regexp.MustCompile(`^(?:` + expression + `)$`)
	expressions.Store(expression, fresh)
	return fresh
}

// oneOfValues is the constraint of an enumeration.
func oneOfValues(values ...string) constraint {
	return func(value string) string {
		if slices.Contains(values, value) {
			return ""
		}
		return "Member must satisfy enum value set: [" + strings.Join(values, ", ") + "]"
	}
}

// optional returns the value, and whether it is there.
func (p *params) optional(name string, constraints ...constraint) (string, bool) {
	p.asked[name] = true
	value, ok := p.values[name]
	if !ok {
		return "", false
	}
	for _, broken := range constraints {
		if text := broken(value); text != "" {
			p.fail("Value '"+value+"'", name, text)
		}
	}
	return value, true
}

func (p *params) required(name string, constraints ...constraint) string {
	value, ok := p.optional(name, constraints...)
	if !ok {
		p.fail("Value null", name, "Member must not be null")
	}
	return value
}

// integer returns the value, or absent if it is not there.
func (p *params) integer(name string, absent, least, most int) int {
	value, ok := p.optional(name)
	if !ok {
		return absent
	}
	n, err := strconv.Atoi(value)
	switch {
	case err != nil:
		p.fail("Value '"+value+"'", name, "Member must be an integer")
	case n < least:
		p.fail("Value '"+value+"'", name, fmt.Sprintf("Member must have value greater than or equal to %d", least))
	case n > most:
		p.fail("Value '"+value+"'", name, fmt.Sprintf("Member must have value less than or equal to %d", most))
	}
	return n
}

// members returns how many members the list has. They count from 1 without a
// gap; a member beyond a gap is left unasked and so refused by check.
func (p *params) members(list string) int {
	for n := 0; ; n++ {
		prefix := fmt.Sprintf("%s.member.%d", list, n+1)
		found := false
		for name := range p.values {
			found = found || name == prefix || strings.HasPrefix(name, prefix+".")
		}
		if !found {
			return n
		}
	}
}

func (p *params) fail(what, name, text string) {
	member := strings.ToLower(name[:1]) + name[1:]
	p.failures = append(p.failures, what+" at '"+member+"' failed to satisfy constraint: "+text)
}

// check is the verdict over all that was asked for.
func (p *params) check() *apiError {
	if n := len(p.failures); n > 0 {
		noun := "error"
		if n > 1 {
			noun = "errors"
		}
		return errValidation(fmt.Sprintf("%d validation %s detected: %s", n, noun, strings.Join(p.failures, "; ")))
	}
	var unknown []string
	for name := range p.values {
		if !p.asked[name] {
			unknown = append(unknown, strconv.Quote(name))
		}
	}
	if unknown == nil {
		return nil
	}
	slices.Sort(unknown)
	return &apiError{http.StatusBadRequest, "UnknownParameter", "this action has no parameter " + strings.Join(unknown, ", ")}
}
