// Package pattern has regular expressions that cost nothing until they are
// used. awsbroker starts often, and most starts use none of them.
package pattern

import (
	"regexp"
	"sync"
)

// Of returns a function that compiles the expression at its first call, and
// returns the same [regexp.Regexp] from then on. It panics there if the
// expression cannot be parsed, like [regexp.MustCompile].
func Of(expression string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(expression) })
}
