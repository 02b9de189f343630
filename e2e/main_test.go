package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// bin is where the programs under test are, built for this run.
var bin string

func TestMain(m *testing.M) { os.Exit(runTests(m)) }

func runTests(m *testing.M) int {
	dir, err := os.MkdirTemp("", "awsbroker-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	bin = filepath.Join(dir, "bin")
	if err := buildAll(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	code := m.Run()
	if err := report(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return code
}

// buildAll builds awsbroker as it is released, and the clients that are Go
// programs.
func buildAll() error {
	for _, b := range []struct{ dir, pkg string }{
		{"..", "./cmd/awsbroker"},
		{".", "./clients/gosdk"},
		{".", "./clients/awsbase"},
	} {
		cmd := exec.Command("go", "build", "-trimpath", "-o", filepath.Join(bin, filepath.Base(b.pkg)), b.pkg)
		cmd.Dir = b.dir
		cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := cmd.CombinedOutput(); err != nil {
			return fmt.Errorf("go build %s: %v\n%s", b.pkg, err, out)
		}
	}
	return nil
}

// program is the path of one of them.
func program(name string) string { return filepath.Join(bin, name) }
