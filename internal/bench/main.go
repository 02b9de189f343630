//go:build !windows

// Command bench measures what people wait for, as ratios of medians taken
// side by side in one run: machines are noisy, and a duration alone says
// little.
package main

import (
	"fmt"
	"os"
	"text/tabwriter"
	"time"

	"github.com/awsbroker/awsbroker/internal/machine"
)

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// pair is one line of the report: how long something takes, against what.
type pair struct {
	what, against string
	goal          string // the promise, where there is one
	measured      func() error
	base          func() error
	rounds        int
}

func run() error {
	dir, err := os.MkdirTemp("", "awsbroker-bench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	return machine.Try(func(t machine.T) { report(newWorld(t, dir)) })
}

func report(w *world) {
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(out, "WHAT\tMEDIAN\tAGAINST\tMEDIAN\tRATIO\tGOAL")
	for _, p := range w.pairs() {
		a, b, err := compare(p.measured, p.base, p.rounds)
		if err != nil {
			w.t.Fatalf("%s: %v", p.what, err)
		}
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%.2f\t%s\n", p.what, ms(a), p.against, ms(b), float64(a)/float64(b), p.goal)
	}
	if err := out.Flush(); err != nil {
		w.t.Fatal(err)
	}
	fmt.Printf("\n%d callers on a cold cache, one code: the last has its answer %s after the first asked\n", crowd, ms(w.coldCrowd()))
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f ms", float64(d)/1e6) }
