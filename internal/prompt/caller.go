package prompt

import (
	"fmt"

	"github.com/awsbroker/awsbroker/internal/caller"
)

// Caller is the program that asks, as it is shown: its name, cleaned, and its
// process.
func Caller() string {
	p := caller.Find()
	if p.Name == "" {
		return fmt.Sprintf("process %d", p.PID)
	}
	return fmt.Sprintf("%s (process %d)", Clean(p.Name), p.PID)
}
