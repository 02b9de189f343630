// Package say puts durations, numbers and commands into the words that people are
// shown.
package say

import (
	"fmt"
	"time"
)

// Duration says a duration as a person would: "52 minutes", "40 seconds".
func Duration(d time.Duration) string {
	switch {
	case d < 0:
		return "no time"
	case d < 90*time.Second:
		return Count(int(d.Round(time.Second)/time.Second), "second", "seconds")
	case d < 90*time.Minute:
		return Count(int(d.Round(time.Minute)/time.Minute), "minute", "minutes")
	case d < 36*time.Hour:
		d = d.Round(time.Minute)
		h, m := int(d/time.Hour), int(d%time.Hour/time.Minute)
		if m == 0 {
			return Count(h, "hour", "hours")
		}
		return fmt.Sprintf("%d h %02d min", h, m)
	}
	return Count(int(d/(24*time.Hour)), "day", "days")
}

// Count says how many of something there are: "1 key", "2 keys".
func Count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}
