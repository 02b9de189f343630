//go:build !windows

package programs

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestCurrentDirectoryIsPassedOver: what lies in the current directory is not run,
// however PATH leads there, and what comes after it on PATH is found.
func TestCurrentDirectoryIsPassedOver(t *testing.T) {
	here, bin := t.TempDir(), t.TempDir()
	for _, path := range []string{filepath.Join(here, "tool"), filepath.Join(here, "bin", "tool"), filepath.Join(here, "only"), filepath.Join(bin, "tool")} {
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte("#!/bin/sh\n"), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(bin, "plain"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	t.Chdir(here)
	t.Setenv("GODEBUG", "execerrdot=0") // lets Go's own look-up take them
	for _, path := range []string{":" + bin, ".:" + bin, "bin:" + bin, "./bin:" + bin, bin} {
		t.Setenv("PATH", path)
		if got, err := Find("tool"); err != nil || got != filepath.Join(bin, "tool") {
			t.Errorf("PATH=%s: tool is %q (%v)", path, got, err)
		}
		if got, err := Find("only"); !errors.Is(err, exec.ErrNotFound) {
			t.Errorf("PATH=%s: only is %q (%v)", path, got, err)
		}
	}
	if got, err := Find("./only"); err != nil || got != "./only" {
		t.Errorf("./only is %q (%v)", got, err)
	}
	if got, err := Find(""); !errors.Is(err, exec.ErrNotFound) {
		t.Errorf("no name is %q (%v)", got, err)
	}
	if got, err := Find("plain"); os.Geteuid() != 0 && !errors.Is(err, fs.ErrPermission) {
		t.Errorf("plain is %q (%v)", got, err)
	}
}
