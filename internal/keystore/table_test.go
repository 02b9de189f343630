package keystore

import (
	"fmt"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/desktop"
)

// table is what keychains did in the cases of the suite, for docs/keychains.md.
type table struct {
	mu    sync.Mutex
	cells map[string]map[string]string // by case and keychain
}

// newTable prints the table when the test and all that it runs have ended. A cell
// that was left out is a failure where nothing may be skipped.
func newTable(t *testing.T) *table {
	tb := &table{cells: map[string]map[string]string{}}
	t.Cleanup(func() {
		if desktop.OnBus() { // the other process prints it
			return
		}
		text := tb.String()
		t.Log("\n" + text)
		if strings.Contains(text, "skipped") && os.Getenv("AWSBROKER_MUST_NOT_SKIP") == "1" {
			t.Error("a cell of the table was skipped")
		}
	})
	return tb
}

func (tb *table) add(keychain, name string, passed bool, took time.Duration) {
	outcome := fmt.Sprintf("%.1f s", took.Seconds())
	if !passed {
		outcome = "failed"
	}
	tb.set(keychain, name, outcome)
}

func (tb *table) set(keychain, name, outcome string) {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	if tb.cells[name] == nil {
		tb.cells[name] = map[string]string{}
	}
	tb.cells[name][keychain] = outcome
}

var resultLine = regexp.MustCompile(`(?m)^ *--- (PASS|FAIL|SKIP): TestConformance/([^/\s]+)/(\S+) \(([0-9.]+)s\)$`)

// read adds the cells that the tests of another process printed.
func (tb *table) read(output string) {
	for _, line := range resultLine.FindAllStringSubmatch(output, -1) {
		took, _ := time.ParseDuration(line[4] + "s")
		name := strings.ReplaceAll(line[3], "_", " ")
		if line[1] == "SKIP" {
			tb.set(line[2], name, "skipped")
			continue
		}
		tb.add(line[2], name, line[1] == "PASS", took)
	}
}

func (tb *table) String() string {
	tb.mu.Lock()
	defer tb.mu.Unlock()
	all := map[string]bool{}
	for _, row := range tb.cells {
		for keychain := range row {
			all[keychain] = true
		}
	}
	keychains := slices.Sorted(maps.Keys(all))
	var b strings.Builder
	fmt.Fprintf(&b, "| | %s |\n|---|%s\n", strings.Join(keychains, " | "), strings.Repeat("---|", len(keychains)))
	for _, c := range suite {
		fmt.Fprintf(&b, "| %s |", c.name)
		for _, keychain := range keychains {
			outcome := tb.cells[c.name][keychain]
			if outcome == "" {
				outcome = "skipped"
			}
			fmt.Fprintf(&b, " %s |", outcome)
		}
		fmt.Fprintln(&b)
	}
	return b.String()
}
