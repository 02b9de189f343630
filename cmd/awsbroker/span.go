package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// span is the value of a flag that is a length of time, such as 90m, 24h, 7d or 1d12h.
// A day has 24 hours.
type span time.Duration

func (s *span) Set(text string) error {
	var d time.Duration
	rest := text
	days, behind, hasDays := strings.Cut(text, "d")
	if hasDays {
		n, err := strconv.ParseUint(days, 10, 13)
		if err != nil || strings.HasPrefix(behind, "-") {
			return notSpan(text)
		}
		d, rest = time.Duration(n)*24*time.Hour, behind
	}
	if rest != "" || !hasDays {
		more, err := time.ParseDuration(rest)
		if err != nil {
			return notSpan(text)
		}
		d += more
	}
	*s = span(d)
	return nil
}

func notSpan(text string) error {
	return fmt.Errorf("%q is not a length of time like 90m, 24h or 7d", text)
}

func (s *span) String() string {
	if *s == 0 {
		return ""
	}
	return time.Duration(*s).String()
}

func (s *span) Type() string { return "duration" }

// since is the value of a flag that is a time in the past: a [span] before now, a day
// such as 2026-11-20, or a time such as 2026-11-20T08:00:00Z. Zero is for ever.
type since struct{ time.Time }

func (s *since) Set(text string) error {
	for _, form := range []string{time.DateOnly, time.RFC3339} {
		if at, err := time.ParseInLocation(form, text, time.Local); err == nil {
			s.Time = at
			return nil
		}
	}
	var ago span
	if err := ago.Set(text); err != nil || ago < 0 {
		return fmt.Errorf("%q is neither a length of time like 24h or 7d nor a date like 2026-11-20", text)
	}
	if s.Time = (time.Time{}); ago > 0 {
		s.Time = time.Now().Add(-time.Duration(ago))
	}
	return nil
}

func (s *since) String() string { return "" }

func (s *since) Type() string { return "time" }
