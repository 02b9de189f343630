//go:build !windows

package machine

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// Build compiles a package of this module as it is shipped, but for the build tags, or
// a file.
func Build(pkg, path string, tags ...string) error {
	cmd := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-tags", strings.Join(tags, ","), "-o", path, pkg)
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("building %s: %w\n%s", pkg, err, out)
	}
	return nil
}
