// Package fakeaws is AWS STS (and a corner of S3) over HTTP, for tests and for
// the demo. It is never linked into awsbroker and imports nothing of it, nor
// the AWS SDK, so that a mistake in our client cannot hide behind the same
// mistake here.
//
// # What is faked
//
// The query protocol with its XML answers, error codes and texts; Signature
// Version 4, verified over the bytes that arrived; accounts, root users, IAM
// users, groups, roles, access keys and virtual MFA devices; sessions from
// AssumeRole and GetSessionToken; GetCallerIdentity; identity policies, trust
// policies and session policies, evaluated for each call. IAM has the actions
// on access keys, users, groups, roles, policies and virtual MFA devices that
// the life of a key and the set-up of an account need; what it changes decides
// later calls, at once or after a Lag. S3 answers what a Terraform backend,
// copies and backups need, ECR gives passwords and KMS encrypts, so that a session can be seen
// to work.
//
// # How strict
//
// As the real service, and stricter where the real one is lenient in a way
// that would hide a bug of the client: a parameter it does not know is an
// error, a request that repeats a parameter is an error, every x-amz header
// has to be signed. Each one-time code is accepted once. A policy that has an
// operator, a condition key or an element this package does not evaluate is
// refused when it is set; it is never taken for satisfied.
//
// # Where things are
//
// One file a concern: server.go takes a request apart, authenticate.go says
// who sent it, sts_*.go answer one action each, package policy decides. The
// actions of IAM are listed in iam.go and are in iam_*.go, one file for each
// kind of thing they act on; lag.go delays what is seen of them.
//
// Time is the server's own (Server.Advance, Server.SetClock, Server.Freeze);
// without being moved it is the real time, so that real clients work.
package fakeaws
