//go:build !windows

package qr

import (
	"os"
	"strings"
)

// Drawable reports whether a terminal can be expected to show Text: one that
// knows colours, in a locale that has the half blocks. Where no locale is set
// (in containers, after ssh from a Mac) the terminal mostly has them.
func Drawable() bool {
	switch os.Getenv("TERM") {
	case "", "dumb":
		return false
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} { // the first that is set counts
		if v := os.Getenv(name); v != "" {
			v = strings.ToLower(v)
			return strings.HasSuffix(v, "utf-8") || strings.HasSuffix(v, "utf8")
		}
	}
	return true
}
