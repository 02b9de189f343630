package fakeaws

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// What a permissions boundary does not allow, nobody may: neither a user, nor a
// role, whatever else they have. A policy that is one is in use.
func TestPermissionsBoundary(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	user := w.Account.AddUser("quentin")
	wantNone(t, user.AttachPolicy(administrator))
	only, err := w.Account.AddManagedPolicy("only-look", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":["iam:Get*","iam:DeletePolicy"],"Resource":"*"}}`)
	wantNone(t, err)
	c := w.iamOf(user.AddAccessKey())
	_, err = c.ListUsers(ctx, nil)
	wantNone(t, err)
	wantNone(t, user.SetBoundary(only))
	_, err = c.ListUsers(ctx, nil)
	wantCode(t, err, 403, "AccessDenied", "User: arn:aws:iam::123456789012:user/quentin is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::123456789012:user/ because no permissions boundary allows the iam:ListUsers action")
	out, err := c.GetUser(ctx, &iam.GetUserInput{})
	wantNone(t, err)
	if b := out.User.PermissionsBoundary; b == nil || aws.ToString(b.PermissionsBoundaryArn) != only {
		t.Errorf("%+v", out.User)
	}
	_, err = c.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: &only})
	wantCode(t, err, 409, "DeleteConflict", "Cannot delete a policy attached to entities.")
}
