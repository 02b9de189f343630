// Package child runs a command as this process's child, where something is to be said
// before and after it. Elsewhere the command takes the place of this process.
package child

import "fmt"

// StartError is why a command was not started, with the exit code that a shell has for it.
type StartError struct {
	Why  string
	Code int
}

func (e *StartError) Error() string { return fmt.Sprintf("%s (exit code %d)", e.Why, e.Code) }
