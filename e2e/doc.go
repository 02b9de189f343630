// Package e2e runs awsbroker under the programs that it is for: the AWS CLI,
// the SDKs, Terraform. It has no code of its own, only tests and, under
// clients/, the small programs they need.
//
//	./run               everything; installs what is missing, says what was there
//	go test -run Exec . a part, with the clients that are here
//
// Each test has a machine of its own (world): an empty HOME, a fakeaws beside
// it, and the profile admin as awsbroker's add and setup make it. Programs run
// in a session of their own, so that no terminal is theirs unless the test
// gives them one. The tests in this directory use the binary of awsbroker
// only, as its users do; configdiff compares its reading of
// config files with botocore's and the Go SDK's, and imports that.
package e2e
