package prompt

import (
	"fmt"
	"os"
	"strings"

	"github.com/awsbroker/awsbroker/internal/caller"
)

// Caller is the program that asks, as it is shown: its name, its process, and
// the directory it works in, cleaned. "terraform (process 4711) in ~/infra"
func Caller() string {
	p := caller.Find()
	text := fmt.Sprintf("process %d", p.PID)
	if p.Name != "" {
		text = fmt.Sprintf("%s (process %d)", Clean(p.Name), p.PID)
	}
	if p.Dir != "" {
		text += " in " + Clean(underHome(p.Dir))
	}
	return text
}

// underHome writes ~ for the home directory.
func underHome(dir string) string {
	home, err := os.UserHomeDir()
	if err != nil || len(home) < 2 {
		return dir
	}
	if rest, ok := strings.CutPrefix(dir, home); ok && (rest == "" || os.IsPathSeparator(rest[0])) {
		return "~" + rest
	}
	return dir
}
