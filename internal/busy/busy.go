// Package busy changes files that other programs have open.
package busy

import (
	"os"
	"time"
)

// Patience is how long [Retry] waits for another program to close a file. Go's own
// command waits as long (cmd/internal/robustio).
const Patience = 2 * time.Second

// Rename is [os.Rename] by [Retry].
func Rename(from, to string) error {
	return Retry(func() error { return os.Rename(from, to) })
}

// Remove is [os.Remove] by [Retry].
func Remove(path string) error {
	return Retry(func() error { return os.Remove(path) })
}
