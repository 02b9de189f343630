package paths

import (
	"os"
	"strings"
)

// UnderHome writes a path as people do: ~ for the home directory.
func UnderHome(path string) string {
	home, err := os.UserHomeDir()
	if err != nil || len(home) < 2 {
		return path
	}
	if rest, ok := strings.CutPrefix(path, home); ok && (rest == "" || os.IsPathSeparator(rest[0])) {
		return "~" + rest
	}
	return path
}
