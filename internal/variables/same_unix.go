//go:build !windows

package variables

// same: names of variables are compared to the letter.
func same(a, b string) bool { return a == b }
