//go:build linux

package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// few of the states of each operation are tried here, spread over all of it; make faults
// tries more.
const few = 8

// build is awsbroker, with passphrases that cost little.
func build(t *testing.T) string {
	t.Helper()
	if testing.Short() {
		t.Skip("takes a quarter of a minute")
	}
	bin := filepath.Join(t.TempDir(), "awsbroker")
	if err := machine.Build(program, bin, "cheapguesses"); err != nil {
		t.Fatal(err)
	}
	return bin
}

func TestPowerCut(t *testing.T) {
	if _, err := exec.LookPath("strace"); err != nil && os.Getenv("AWSBROKER_MUST_NOT_SKIP") == "" {
		t.Skip(err)
	}
	bin := build(t)
	for _, o := range operations() {
		t.Run(o.name, func(t *testing.T) {
			t.Parallel()
			c := cutPower(t, bin, o, few)
			if c.moments < 10 || c.tried != few {
				t.Errorf("%d changes, %d states tried", c.moments, c.tried)
			}
			for _, why := range c.wrong {
				t.Error(why)
			}
		})
	}
}
