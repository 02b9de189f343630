//go:build linux

// Command havoc runs awsbroker where something fails: the power, the disk, the kernel,
// the clock, the bus. It prints what became of it, and fails if anything of it may not be.
package main

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"text/tabwriter"

	"github.com/awsbroker/awsbroker/internal/machine"
)

const program = "github.com/awsbroker/awsbroker/cmd/awsbroker"

func main() {
	if os.Getenv(filling) != "" {
		if err := fill(); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	most := flag.Int("states", 40, "how many states after a power cut are tried for each operation; 0: all")
	only := flag.String("only", "", "a fault, or an operation")
	flag.Parse()
	status, done, err := enter()
	if err == nil && !done {
		err = run(*most, *only)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "havoc:", err)
		status = 1
	}
	os.Exit(status)
}

func run(most int, only string) error {
	dir, err := os.MkdirTemp("", "awsbroker-havoc-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	bin := filepath.Join(dir, "awsbroker")
	if err := machine.Build(program, bin, "cheapguesses"); err != nil {
		return err
	}
	var wrong []string
	err = machine.Try(func(t machine.T) {
		wrong = append(wrong, tellCuts(t, bin, most, only)...)
		wrong = append(wrong, tellFaults(t, bin, only)...)
	})
	for _, w := range wrong {
		fmt.Println(w)
	}
	if err == nil && len(wrong) > 0 {
		err = fmt.Errorf("%d times something was wrong", len(wrong))
	}
	return err
}

// tellCuts prints a line for each operation that the power was cut in.
func tellCuts(t machine.T, bin string, most int, only string) (wrong []string) {
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	defer out.Flush()
	fmt.Fprintln(out, "changes\tstates\ttried\tanswer at once\twrong\t power cut in")
	for _, o := range operations() {
		if only != "" && only != o.name && only != "power cut" {
			continue
		}
		c := cutPower(t, bin, o, most)
		fmt.Fprintf(out, "%d\t%d\t%d\t%d\t%d\t %s\n", c.moments, c.states, c.tried, c.answered, len(c.wrong), c.name)
		wrong = append(wrong, c.wrong...)
	}
	return wrong
}

// tellFaults prints a line for each fault and operation.
func tellFaults(t machine.T, bin, only string) (wrong []string) {
	out := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	defer out.Flush()
	if !jumpsHere {
		fmt.Println("the clock jumps on amd64 only, and this is " + runtime.GOARCH)
	}
	fmt.Fprintln(out, "fault\toperation\ttimes×exit code\twrong\tsays")
	for _, f := range faults() {
		if !mayMount() && f.scene != nil {
			continue
		}
		for _, o := range operations() {
			if only != "" && only != f.name && only != o.name {
				continue
			}
			r := suffer(t, bin, f, o)
			fmt.Fprintf(out, "%s\t%s\t%s\t%d\t%s\n", r.fault, r.operation, r.codes(), len(r.wrong), r.told())
			wrong = append(wrong, r.wrong...)
		}
	}
	return wrong
}
