//go:build linux

// Command havoc runs awsbroker where something fails: the power, the disk, the kernel,
// the clock, the bus. It prints what became of it, and fails if anything of it may not be.
package main

import (
	"fmt"
	"os"
	"path/filepath"
	"text/tabwriter"

	"github.com/awsbroker/awsbroker/internal/machine"
)

const program = "github.com/awsbroker/awsbroker/cmd/awsbroker"

func main() {
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "havoc:", err)
		os.Exit(1)
	}
}

func run() error {
	dir, err := os.MkdirTemp("", "awsbroker-havoc-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	bin := filepath.Join(dir, "awsbroker")
	if err := machine.Build(program, bin, "cheapguesses"); err != nil {
		return err
	}
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(out, "changes\tstates\ttried\tanswer at once\twrong\t operation")
	var wrong []string
	err = machine.Try(func(t machine.T) {
		for _, o := range operations() {
			if len(os.Args) > 1 && os.Args[1] != o.name {
				continue
			}
			c := cutPower(t, bin, o, 40)
			fmt.Fprintf(out, "%d\t%d\t%d\t%d\t%d\t %s\n", c.moments, c.states, c.tried, c.answered, len(c.wrong), c.name)
			out.Flush()
			wrong = append(wrong, c.wrong...)
		}
	})
	for _, w := range wrong {
		fmt.Println(w)
	}
	if err == nil && len(wrong) > 0 {
		err = fmt.Errorf("%d states were wrong", len(wrong))
	}
	return err
}
