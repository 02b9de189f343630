// Command fuzz runs each fuzz target of this repository for a while, one after the
// other, and prints what came of it, a row a target. The one argument says for how long
// (10s). An input that fails stays in testdata/fuzz beside its target, where go test
// tries it again. https://go.dev/doc/security/fuzz/
package main

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
)

func main() {
	life := "10s"
	if len(os.Args) > 1 {
		life = os.Args[1]
	}
	targets, err := findTargets(".")
	if err != nil || len(targets) == 0 {
		fmt.Fprintf(os.Stderr, "fuzz: no targets below this directory (%v)\n", err)
		os.Exit(1)
	}
	const row = "%-44s %12s %12s  %s\n"
	fmt.Printf(row, "TARGET", "EXECUTIONS", "NEW INPUTS", "RESULT")
	failed := 0
	for _, t := range targets {
		r := t.run(life)
		fmt.Printf(row, t, r.executions, r.interesting, r.verdict)
		if r.verdict == failure {
			failed++
			fmt.Println(r.output)
		}
	}
	if failed > 0 {
		fmt.Printf("%d of %d targets failed\n", failed, len(targets))
		os.Exit(1)
	}
}

// run fuzzes for so long. The inputs that the engine found before are in Go's cache, and
// are where it begins.
func (t target) run(life string) result {
	cmd := exec.Command("go", "test", "-run=^$", "-fuzz=^"+t.name+"$", "-fuzztime="+life, "-fuzzminimizetime=5s", ".")
	cmd.Dir = t.dir
	out, err := cmd.CombinedOutput()
	return read(strings.TrimSpace(string(out)), err == nil)
}
