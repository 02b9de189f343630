//go:build linux

package main

import (
	"fmt"
	"os"
	"slices"
	"testing"
)

func TestMain(m *testing.M) {
	if os.Getenv(filling) != "" {
		if err := fill(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	status, done, err := enter()
	switch {
	case err != nil:
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	case !done:
		status = m.Run()
	}
	os.Exit(status)
}

// TestSurroundings is make faults with few steps, for the operations that have most to lose.
func TestSurroundings(t *testing.T) {
	bin := build(t)
	if !mayMount() {
		if os.Getenv("AWSBROKER_MUST_NOT_SKIP") != "" {
			t.Fatal("only root may mount")
		}
		t.Skip("only root may mount")
	}
	for _, f := range faults() {
		for _, o := range operations() {
			if !slices.Contains([]string{"add --from-profile", "rotate"}, o.name) {
				continue
			}
			if f.tries || f.works {
				f.steps = min(f.steps, 2)
			}
			t.Run(f.name+"/"+o.name, func(t *testing.T) {
				t.Parallel()
				for _, why := range suffer(t, bin, f, o).wrong {
					t.Error(why)
				}
			})
		}
	}
}
