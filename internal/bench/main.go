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
	if os.Getenv(asking) != "" {
		askServer()
		return
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// pair is one line of the report: how long something takes, against what.
type pair struct {
	what, against string
	goal          float64 // the ratio that was promised; 0: none was
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
	fmt.Fprintln(out, "WHAT\tMEDIAN\tAGAINST\tMEDIAN\tRATIO\tAT MOST")
	for _, p := range append(w.pairs(), w.peers()...) {
		a, b, err := compare(p.measured, p.base, p.rounds)
		if err != nil {
			w.t.Fatalf("%s: %v", p.what, err)
		}
		goal := ""
		if p.goal > 0 {
			goal = fmt.Sprintf("%.2f", p.goal)
		}
		fmt.Fprintf(out, "%s\t%s\t%s\t%s\t%.2f\t%s\n", p.what, ms(a), p.against, ms(b), float64(a)/float64(b), goal)
	}
	few, many := w.coldCrowd(64), w.coldCrowd(500)
	fmt.Fprintf(out, "500 cold callers, one code, one AssumeRole\t%s\t64 of them\t%s\t%.2f\t8.00\n", ms(many), ms(few), float64(many)/float64(few))
	fmt.Fprintf(out, "the binary\t%.1f MB\t\t\t\t12.0 MB\n", float64(w.size)/1e6)
	if resident, own := w.serverMemory(); resident > 0 {
		fmt.Fprintf(out, "exec --server after 1,000 requests, resident memory\t%.1f MB\tof its own\t%.1f MB\t\t10.0 MB\n", megabytes(resident), megabytes(own))
	}
	if err := out.Flush(); err != nil {
		w.t.Fatal(err)
	}
}

func ms(d time.Duration) string { return fmt.Sprintf("%.2f ms", float64(d)/1e6) }

func megabytes(kib int) float64 { return float64(kib) * 1024 / 1e6 }
