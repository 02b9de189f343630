package failure_test

import (
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/config"
	"github.com/awsbroker/awsbroker/internal/failure"
)

// One translation serves all who call IAM: what it says depends on what is known
// of the call.
func TestOfIAM(t *testing.T) {
	t.Parallel()
	key := &config.Profile{Name: "admin", KeyName: "phoebe"}
	for name, tt := range map[string]struct {
		reason awsapi.Reason
		call   failure.IAMCall
		want   failure.Reason
		says   string
	}{
		"no such user":           {awsapi.NotThere, failure.IAMCall{Owner: "user robin"}, failure.NotFound, "there is no user robin"},
		"no such thing":          {awsapi.NotThere, failure.IAMCall{}, failure.Refused, "AWS refused"},
		"a third key":            {awsapi.Quota, failure.IAMCall{User: "phoebe"}, failure.Other, "aws iam list-access-keys --user-name phoebe"},
		"a quota of other":       {awsapi.Quota, failure.IAMCall{}, failure.Refused, "AWS refused"},
		"a dead key":             {awsapi.UnknownKey, failure.IAMCall{Profile: key}, failure.Refused, "awsbroker remove phoebe"},
		"a dead key, not stored": {awsapi.UnknownKey, failure.IAMCall{}, failure.Refused, "AWS does not know the access key"},
		"denied":                 {awsapi.Denied, failure.IAMCall{Profile: key}, failure.Refused, "AWS refused"},
		"no network":             {awsapi.Unreachable, failure.IAMCall{Profile: key}, failure.Unreachable, "AWS IAM could not be reached"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := failure.OfIAM(&awsapi.Error{Reason: tt.reason}, tt.call)
			if !failure.Is(err, tt.want) {
				t.Errorf("%v is not of kind %d", err, tt.want)
			}
			if all := textOf(t, err); !strings.Contains(all, tt.says) {
				t.Errorf("%q does not say %q", all, tt.says)
			}
			if !awsapi.Is(err, tt.reason) {
				t.Errorf("%v hides what AWS said", err)
			}
		})
	}
}

// Where a policy of the organization or a boundary denies, more rights for the user are
// no help, and AWS says which it is.
func TestWhoDenies(t *testing.T) {
	t.Parallel()
	role := &config.Profile{Name: "admin", KeyName: "phoebe", RoleARN: "arn:aws:iam::123456789012:role/admin-mfa"}
	for says, want := range map[string]string{
		"with an explicit deny in a service control policy":                         "the organization's administrators can change it",
		"because no service control policy allows the sts:AssumeRole action":        "the organization's administrators can change it",
		"with an explicit deny in a resource control policy":                        "the organization's administrators can change it",
		"because no permissions boundary allows the sts:AssumeRole action":          "a permissions boundary denies it",
		"because no identity-based policy allows the sts:AssumeRole action, really": "",
	} {
		e := &awsapi.Error{Reason: awsapi.Denied, Code: "AccessDenied", Message: "User: arn:aws:iam::123456789012:user/phoebe is not authorized to perform: sts:AssumeRole on resource: X " + says}
		for name, err := range map[string]error{
			"IAM": failure.OfIAM(e, failure.IAMCall{}), "STS": failure.OfAWS(e, nil, false), "a role": failure.OfAWS(e, role, true),
		} {
			f := err.(*failure.Error)
			hints := strings.Join(f.Hints, "\n")
			if named := strings.Contains(hints, "whatever"); named != (want != "") || !strings.Contains(hints, want) || named && len(f.Hints) > 1 {
				t.Errorf("%s, %s: %q", name, says, hints)
			}
		}
	}
}

// Not every refused signature is a wrong secret.
func TestSignatureOfAnotherRegion(t *testing.T) {
	t.Parallel()
	err := failure.OfAWS(&awsapi.Error{Reason: awsapi.WrongRegion, Code: "SignatureDoesNotMatch",
		Message: "Credential should be scoped to a valid region, not 'us-east-2'."}, &config.Profile{Name: "admin", KeyName: "phoebe"}, false)
	all := textOf(t, err)
	if !failure.Is(err, failure.Refused) || !strings.Contains(all, "us-east-2") || !strings.Contains(all, "awsbroker explain --profile admin") || strings.Contains(all, "secret") {
		t.Errorf("it says %q", all)
	}
}

func textOf(t *testing.T, err error) string {
	f, ok := err.(*failure.Error)
	if !ok {
		t.Fatalf("%v is no failure", err)
	}
	return f.Message + "\n" + strings.Join(f.Hints, "\n")
}
