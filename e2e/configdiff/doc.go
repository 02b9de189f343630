// Package configdiff reads the same ~/.aws/config and ~/.aws/credentials with
// awsbroker, with botocore and with the Go SDK, and compares what they see.
//
// internal/config/testdata/corpus holds one peculiarity a file (NAME.config,
// where it matters with NAME.credentials); a few hundred more files are made
// up from a seed.
// Whatever botocore refuses, awsbroker has to refuse; what botocore and the
// Go SDK read alike, awsbroker reads alike. Every other outcome needs a rule
// in rules_test.go, with its reason: a difference that no rule explains fails,
// and so does a rule that no file of the corpus needs.
package configdiff
