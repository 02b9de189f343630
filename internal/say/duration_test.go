package say

import (
	"testing"
	"time"
)

func TestWords(t *testing.T) {
	for d, want := range map[time.Duration]string{
		-time.Second:                   "no time",
		0:                              "0 seconds",
		time.Second:                    "1 second",
		89 * time.Second:               "89 seconds",
		90 * time.Second:               "2 minutes",
		time.Hour - time.Second:        "60 minutes",
		2*time.Hour - time.Second:      "2 hours",
		2*time.Hour + 3*time.Minute:    "2 h 03 min",
		40 * time.Hour:                 "1 day",
		90*24*time.Hour + 23*time.Hour: "90 days",
	} {
		if got := Duration(d); got != want {
			t.Errorf("Words(%s) = %q, want %q", d, got, want)
		}
	}
}
