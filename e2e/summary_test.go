package e2e

import (
	"fmt"
	"os"
	"strings"
	"time"
)

// tally is what is told of one client at the end.
type tally struct {
	version string // empty: not on this machine
	tests   int    // in which it ran
	cached  time.Duration
	failing time.Duration
	shown   string // of a failure of ours, on its first line
}

var tallies = map[string]*tally{}

func tallyOf(c *client) *tally {
	if tallies[c.name] == nil {
		tallies[c.name] = &tally{}
	}
	return tallies[c.name]
}

func (y *tally) String() string {
	switch {
	case y.version == "":
		return "absent"
	case y.tests == 0:
		return y.version + ", did not run"
	}
	s := fmt.Sprintf("%s, tests: %d", y.version, y.tests)
	if y.cached > 0 {
		s += fmt.Sprintf("; a call %.1f s, refused for want of a terminal %.1f s", y.cached.Seconds(), y.failing.Seconds())
	}
	if y.shown != "" {
		s += "\n" + strings.Repeat(" ", 16) + "then says: " + y.shown
	}
	return s
}

// report writes a line a client to stdout, and to the file that
// E2E_SUMMARY names: go test shows the first only with -v or after a failure.
func report() error {
	var b strings.Builder
	for _, c := range clients {
		y := tallyOf(c)
		if y.tests == 0 {
			y.version = c.version()
		}
		fmt.Fprintf(&b, "%-15s %s\n", c.name, y)
	}
	fmt.Print(b.String())
	if file := os.Getenv("E2E_SUMMARY"); file != "" {
		return os.WriteFile(file, []byte(b.String()), 0o644)
	}
	return nil
}
