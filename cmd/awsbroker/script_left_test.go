//go:build !windows

package main

import (
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"syscall"

	"github.com/rogpeppe/go-internal/testscript"
)

// endsByKill is what a program in the background says of itself that no logout ends.
var endsByKill = regexp.MustCompile(`process ([0-9]+), which ends with: kill`)

// endLater ends the programs in the background that the last command has started, at the
// end of the story: one that fails in its middle leaves nothing running.
func endLater(ts *testscript.TestScript) {
	for _, said := range endsByKill.FindAllStringSubmatch(strings.Join(strings.Fields(ts.ReadFile("stderr")), " "), -1) {
		ts.Defer(func() {
			pid, _ := strconv.Atoi(said[1])
			if name, err := exec.Command("ps", "-o", "comm=", "-p", said[1]).Output(); err == nil && strings.Contains(string(name), "awsbroker") {
				_ = syscall.Kill(pid, syscall.SIGTERM)
			}
		})
	}
}
