//go:build !windows

package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"
)

// figures are what a wave left.
type figures struct {
	calls     []call
	of        map[outcome]int
	reasons   map[string]int // of those that were wrong or lost
	questions int
	askers    [][]int // processes, by device
	assumed   int     // calls of AssumeRole
	mfa       int     // calls of GetSessionToken
	logged    int     // lines in the log
	twice     int     // codes that were sent a second time
	locks     int     // that are still held
	scraps    int     // temporary files that are still there
	after     int     // plain calls that did not get their session when all was over
}

func (f *figures) sort(calls []call) {
	f.calls, f.of, f.reasons = calls, map[outcome]int{}, map[string]int{}
	for _, c := range calls {
		f.of[c.outcome]++
		if c.why != "" {
			f.reasons[string(c.outcome)+": "+c.why]++
		}
	}
}

// times returns the median and the longest of the calls that were answered.
func (f *figures) times() (median, slowest time.Duration) {
	var all []time.Duration
	for _, c := range f.calls {
		if c.outcome == answered {
			all = append(all, c.Took)
		}
	}
	if len(all) == 0 {
		return 0, 0
	}
	slices.Sort(all)
	return all[len(all)/2], all[len(all)-1]
}

// check says what may not be.
func (f *figures) check(w wave) (problems []error) {
	deny := func(is bool, format string, args ...any) {
		if is {
			problems = append(problems, fmt.Errorf("%s: "+format, append([]any{w.name}, args...)...))
		}
	}
	for reason, n := range f.reasons {
		deny(true, "%d %s", n, reason)
	}
	deny(f.of[refused] > 0 && !w.refusal, "%d were refused", f.of[refused])
	deny(f.of[answered] == 0, "nobody was answered")
	deny(f.twice > 0, "%d codes were sent twice", f.twice)
	deny(f.locks > 0, "%d locks are held", f.locks)
	deny(f.scraps > f.of[killed], "%d temporary files of %d that were killed", f.scraps, f.of[killed])
	deny(f.after > 0, "%d plain calls afterwards failed", f.after)
	most := f.of[answered] + f.of[killed]
	deny(f.logged < f.of[answered] || f.logged > most, "%d lines in the log", f.logged)
	for i, asked := range f.askers {
		deny(f.succeeded(asked) > 1, "%d questions about device %d were answered well", f.succeeded(asked), i)
	}
	return problems
}

// succeeded counts the askers who were answered: one is enough for all. Who was
// killed, or refused by AWS, leaves the question to the next.
func (f *figures) succeeded(askers []int) (n int) {
	for i, pid := range askers {
		if !slices.Contains(askers[:i], pid) && slices.ContainsFunc(f.calls, func(c call) bool { return c.pid == pid && c.outcome == answered }) {
			n++
		}
	}
	return n
}

// report is the table, a line a wave, and all that may not be.
type report struct {
	out      *tabwriter.Writer
	problems []error
}

func newReport(to io.Writer) *report {
	r := &report{out: tabwriter.NewWriter(to, 0, 0, 2, ' ', tabwriter.AlignRight)}
	fmt.Fprintln(r.out, "callers\tanswered\tkilled\trefused\tlost\twrong\tquestions\tMFA sessions\tAssumeRole\tlog lines\tlocks\tscraps\tmedian\tslowest\t wave")
	return r
}

func (r *report) add(w wave, f figures) {
	median, slowest := f.times()
	fmt.Fprintf(r.out, "%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%d\t%.1f s\t%.1f s\t %s\n",
		len(f.calls), f.of[answered], f.of[killed], f.of[refused], f.of[lost], f.of[wrong], f.questions, f.mfa, f.assumed, f.logged,
		f.locks, f.scraps, median.Seconds(), slowest.Seconds(), w.name)
	r.problems = append(r.problems, f.check(w)...)
}

// end prints the table and returns what may not be.
func (r *report) end() error { return errors.Join(r.out.Flush(), errors.Join(r.problems...)) }
