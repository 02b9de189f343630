package failure

import (
	"strings"

	"github.com/awsbroker/awsbroker/internal/near"
	"github.com/awsbroker/awsbroker/internal/say"
)

// NoSuchKey is the failure of a key that a person named, and that the keychain, which has
// the keys of these names, has not.
func NoSuchKey(asked string, names []string) *Error {
	f := New(NotFound, "there is no key %q in the keychain", asked)
	if near := near.Names(asked, names); len(near) > 0 {
		f.Hint("did you mean %s?", strings.Join(near, " or "))
	}
	if len(names) == 0 {
		return f.Hint("put it there with: awsbroker add %s", say.ShellWord(asked))
	}
	return f.Hint("to list the keys: awsbroker list")
}
