//go:build !windows

package busy

// Retry calls do, which reads or replaces a file. Only Windows lets another program that
// has the file open be in the way.
func Retry(do func() error) error { return do() }
