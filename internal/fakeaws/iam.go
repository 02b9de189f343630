package fakeaws

// iamService lists the actions of IAM. They go into files of their own,
// iam_*.go, one for each kind of thing they act on.
// https://docs.aws.amazon.com/IAM/latest/APIReference/API_Operations.html
func iamService() *service {
	return &service{
		name:    "iam",
		version: "2010-05-08",
		xmlns:   "https://iam.amazonaws.com/doc/2010-05-08/",
		actions: map[string]handler{},
	}
}
