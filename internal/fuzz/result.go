package main

import (
	"regexp"
	"strings"
)

// result is what go test -fuzz said of a target.
type result struct {
	executions, interesting string // numbers; empty where it did not come so far
	verdict                 string
	output                  string
}

const (
	success  = "ok"
	tooShort = "only its seeds: the time was too short"
	skipped  = "skipped"
	failure  = "FAILED"
)

var progress = regexp.MustCompile(`fuzz: elapsed: .* execs: (\d+) .* new interesting: (\d+)`)

// read makes a result of what was printed.
func read(output string, ended bool) result {
	r := result{verdict: success, output: output}
	if all := progress.FindAllStringSubmatch(output, -1); all != nil {
		r.executions, r.interesting = all[len(all)-1][1], all[len(all)-1][2]
	}
	switch {
	case !ended && !isEndOfTime(output):
		r.verdict = failure
	case r.executions == "" && strings.Contains(output, "fuzz: elapsed"):
		r.verdict = tooShort
	case r.executions == "":
		r.verdict = skipped // what it compares with is not on this machine
	}
	return r
}

// isEndOfTime reports whether a target failed because its time was over in the middle of
// an input, and for nothing else (https://github.com/golang/go/issues/75804).
func isEndOfTime(output string) bool {
	_, after, failed := strings.Cut(output, "--- FAIL: ")
	_, why, _ := strings.Cut(after, "\n")
	return failed && strings.HasPrefix(strings.TrimSpace(why), "context deadline exceeded")
}
