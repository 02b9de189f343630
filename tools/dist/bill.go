package main

import (
	"os"
	"os/exec"
	"path/filepath"
)

// writeBill makes the bill of materials of a program, in CycloneDX: its modules as Go
// stamped them into it. The tool's own checksum is in the bill; -trimpath makes the tool
// the same on every machine.
func writeBill(r release, p program) error {
	path, err := filepath.Abs(filepath.Join(out, r.name(p)+".cdx.json"))
	if err != nil {
		return err
	}
	cmd := exec.Command("go", "tool", "cyclonedx-gomod", "bin", "-json", "-std", "-noserial", "-notimestamp", "-version", r.tag, "-output", path, p.path)
	cmd.Env = append(os.Environ(), "GOFLAGS=-trimpath -buildvcs=false")
	cmd.Stderr = os.Stderr
	return cmd.Run()
}
