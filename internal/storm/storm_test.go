//go:build !windows

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/machine"
)

func TestMain(m *testing.M) {
	if place := os.Getenv(device); place != "" {
		showCode(place)
		return
	}
	os.Exit(m.Run())
}

// TestStorm is make storm with few callers, in the waves that are hardest.
func TestStorm(t *testing.T) {
	if testing.Short() {
		t.Skip("takes a quarter of a minute")
	}
	bin := filepath.Join(t.TempDir(), "awsbroker")
	if err := machine.Build(program, bin); err != nil {
		t.Fatal(err)
	}
	for _, w := range waves(64) {
		if len(w.faults) == 0 {
			continue
		}
		w.spread /= 2
		t.Run(w.name, func(t *testing.T) {
			t.Parallel()
			var table strings.Builder
			r := newReport(&table)
			r.add(w, newSky(t, bin).raise(w))
			if err := r.end(); err != nil {
				t.Errorf("%v\n%s", err, table.String())
			}
		})
	}
}
