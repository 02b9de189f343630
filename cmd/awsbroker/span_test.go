package main

import (
	"testing"
	"time"
)

// TestSpan: days are understood beside what Go takes for a duration.
func TestSpan(t *testing.T) {
	for text, want := range map[string]time.Duration{
		"90m": 90 * time.Minute, "7d": 168 * time.Hour, "1d12h": 36 * time.Hour, "0d": 0, "0": 0, "-1h": -time.Hour,
		"": -1, "d": -1, "-1d": -1, "1d-1h": -1, "1.5d": -1, "7dd": -1, "12h1d": -1, "99999999d": -1,
	} {
		var got span
		if err := got.Set(text); (err != nil) != (want == -1) || err == nil && time.Duration(got) != want {
			t.Errorf("%q: %v, %v", text, time.Duration(got), err)
		}
	}
}
