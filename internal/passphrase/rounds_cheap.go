//go:build cheapguesses

package passphrase

// Rounds of the program that the acceptance tests run thousands of times. Nothing that
// is shipped is built with this tag: TestGuessesAreDear looks at the other.
const Rounds = 10_000
