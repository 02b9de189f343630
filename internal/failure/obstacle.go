package failure

import (
	"errors"
	"slices"
)

// obstacle is why a file could not be written, whichever it is.
type obstacle struct {
	is   []error // as the operating system has it
	hint string
}

// obstacleOf returns what to do about a file system that refuses a file; empty if an error
// is about none.
func obstacleOf(err error) (hint string) {
	for _, o := range obstacles {
		if slices.ContainsFunc(o.is, func(is error) bool { return errors.Is(err, is) }) {
			return o.hint
		}
	}
	return ""
}
