package main

import (
	"slices"
	"strings"
	"testing"
)

// TestFindTargets finds those of this module and of the one in e2e.
func TestFindTargets(t *testing.T) {
	targets, err := findTargets("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"../../internal/config FuzzSections", "../../e2e/configdiff FuzzReaders"} {
		if !slices.ContainsFunc(targets, func(t target) bool { return t.String() == want }) {
			t.Errorf("%s is not among %v", want, targets)
		}
	}
}

func TestRead(t *testing.T) {
	const ran = "fuzz: elapsed: 0s, gathering baseline coverage: 3/3 completed, now fuzzing with 2 workers\n" +
		"fuzz: elapsed: 3s, execs: 44220 (14739/sec), new interesting: 10 (total: 13)\nfuzz: elapsed: 3s, execs: 44221 (0/sec), new interesting: 11 (total: 14)\n"
	for name, c := range map[string]struct {
		output string
		ended  bool
		want   result
	}{
		"ok":           {ran + "PASS\nok  	x	3.2s", true, result{"44221", "11", success, ""}},
		"found":        {ran + "--- FAIL: FuzzX (3.20s)\n    --- FAIL: FuzzX (0.00s)\n        x_test.go:1: context deadline exceeded\n", false, result{"44221", "11", failure, ""}},
		"end of time":  {ran + "--- FAIL: FuzzX (3.20s)\n    context deadline exceeded\nFAIL\n", false, result{"44221", "11", success, ""}},
		"a seed fails": {"--- FAIL: FuzzX (0.00s)\n    --- FAIL: FuzzX/seed#0 (0.00s)\n", false, result{"", "", failure, ""}},
		"no compiler":  {"x_test.go:1: undefined: y\nFAIL", false, result{"", "", failure, ""}},
		"too short":    {ran[:strings.Index(ran, "\n")+1] + "PASS\n", true, result{"", "", tooShort, ""}},
		"skipped":      {"PASS\nok  	x	0.2s", true, result{"", "", skipped, ""}},
	} {
		c.want.output = c.output
		if got := read(c.output, c.ended); got != c.want {
			t.Errorf("%s: %+v, want %+v", name, got, c.want)
		}
	}
}
