//go:build !windows

// Command storm lets crowds of callers ask at once while AWS is slow, throttles
// or cuts connections, and while some of them are killed. It prints what became
// of them, a line a wave, and fails if anything of it may not be.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"

	"github.com/awsbroker/awsbroker/internal/machine"
)

const program = "github.com/awsbroker/awsbroker/cmd/awsbroker"

func main() {
	if place := os.Getenv(device); place != "" {
		showCode(place)
		return
	}
	callers := flag.Int("callers", 500, "how many ask at once in each wave")
	flag.Parse()
	if err := run(*callers); err != nil {
		fmt.Fprintln(os.Stderr, "storm:", err)
		os.Exit(1)
	}
}

func run(callers int) error {
	dir, err := os.MkdirTemp("", "awsbroker-storm-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	bin := filepath.Join(dir, "awsbroker")
	if err := machine.Build(program, bin); err != nil {
		return err
	}
	return machine.Try(func(t machine.T) {
		r := newReport(os.Stdout)
		for _, w := range waves(callers) {
			r.add(w, newSky(t, bin).raise(w))
		}
		if err := r.end(); err != nil {
			t.Fatal(err)
		}
	})
}
