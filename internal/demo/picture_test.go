//go:build !windows

package main

import (
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// TestPictureIsTheDemo: docs/demo.svg, which README shows, has the text that the demo has.
func TestPictureIsTheDemo(t *testing.T) {
	picture, err := os.ReadFile("../../docs/demo.svg")
	if err != nil {
		t.Fatal(err)
	}
	var demo bytes.Buffer
	if err := run(&demo); err != nil {
		t.Fatal(err)
	}
	redrawn, err := draw(new(machine.Steady).Text(demo.String()))
	if err != nil {
		t.Fatal(err)
	}
	want, got := textOf(redrawn), textOf(picture)
	if _, err := exec.LookPath("aws"); err != nil {
		want, got = withoutCLI(want), withoutCLI(got) // what is shown in its place is another text
	}
	if got != want {
		t.Errorf("docs/demo.svg shows\n%s\n\nand the demo\n%s\n\nrun: make demo-picture", got, want)
	}
}

// withoutCLI returns a text without the call of the AWS CLI.
func withoutCLI(text string) string {
	before, rest, _ := strings.Cut(text, "nothing is asked:")
	_, after, _ := strings.Cut(rest, "# Or with")
	return before + after
}
