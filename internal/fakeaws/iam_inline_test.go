package fakeaws

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

func TestInlinePolicies(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	role := w.admin()
	const doc = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:GetUser","Resource":"*","Sid":"a b+c"}}`
	_, err := role.GetUserPolicy(ctx, &iam.GetUserPolicyInput{UserName: phoebe, PolicyName: aws.String("p")})
	wantCode(t, err, 404, "NoSuchEntity", "The user policy with name p cannot be found.")
	put := func(text string) error {
		_, err := role.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: phoebe, PolicyName: aws.String("p"), PolicyDocument: &text})
		return err
	}
	wantNone(t, put(doc))
	got, err := role.GetUserPolicy(ctx, &iam.GetUserPolicyInput{UserName: phoebe, PolicyName: aws.String("p")})
	wantNone(t, err)
	if text, err := url.PathUnescape(*got.PolicyDocument); err != nil || text != doc || *got.UserName != "phoebe" || *got.PolicyDocument == doc {
		t.Errorf("%+v", got)
	}
	_, err = w.iamOf(w.Key).GetUser(ctx, nil)
	wantNone(t, err)
	list, err := role.ListUserPolicies(ctx, &iam.ListUserPoliciesInput{UserName: phoebe})
	if err != nil || len(list.PolicyNames) != 1 || list.PolicyNames[0] != "p" {
		t.Errorf("%+v %v", list, err)
	}
	wantCode(t, put("{"), 400, "MalformedPolicyDocument", "")
	wantCode(t, put(fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:GetUser","Resource":"*","Sid":%q}}`, strings.Repeat("x", 2048))),
		409, "LimitExceeded", "Maximum policy size of 2048 bytes exceeded for user phoebe")
	_, err = role.DeleteUserPolicy(ctx, &iam.DeleteUserPolicyInput{UserName: phoebe, PolicyName: aws.String("p")})
	wantNone(t, err)
	_, err = w.iamOf(w.Key).GetUser(ctx, nil)
	wantCode(t, err, 403, "AccessDenied", "")

	in := &iam.PutRolePolicyInput{RoleName: aws.String("nobody"), PolicyName: aws.String("p"), PolicyDocument: aws.String(doc)}
	_, err = role.PutRolePolicy(ctx, in)
	wantCode(t, err, 404, "NoSuchEntity", "The role with name nobody cannot be found.")
	in.RoleName = aws.String("admin-mfa")
	_, err = role.PutRolePolicy(ctx, in)
	wantNone(t, err)
	of, err := role.GetRolePolicy(ctx, &iam.GetRolePolicyInput{RoleName: in.RoleName, PolicyName: in.PolicyName})
	if err != nil || *of.RoleName != "admin-mfa" {
		t.Errorf("%+v %v", of, err)
	}
	names, err := role.ListRolePolicies(ctx, &iam.ListRolePoliciesInput{RoleName: in.RoleName})
	if err != nil || len(names.PolicyNames) != 1 {
		t.Errorf("%+v %v", names, err)
	}
	_, err = role.DeleteRolePolicy(ctx, &iam.DeleteRolePolicyInput{RoleName: in.RoleName, PolicyName: in.PolicyName})
	wantNone(t, err)
	shown, err := role.GetRole(ctx, &iam.GetRoleInput{RoleName: in.RoleName})
	wantNone(t, err)
	if trust, err := url.PathUnescape(*shown.Role.AssumeRolePolicyDocument); err != nil || trust != TrustUsers(w.Account, w.User) || *shown.Role.MaxSessionDuration != 3600 || *shown.Role.Arn != w.Role.ARN() {
		t.Errorf("%+v", shown.Role)
	}
	// The deciding half of a refusal.
	deny := `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"iam:GetUser","Resource":"*"}}`
	in.PolicyDocument = &deny
	_, err = role.PutRolePolicy(ctx, in)
	wantNone(t, err)
	_, err = role.GetUser(ctx, &iam.GetUserInput{UserName: phoebe})
	wantCode(t, err, 403, "AccessDenied", "iam:GetUser on resource: user phoebe with an explicit deny in an identity-based policy")
}

// What revoke does: deny the user and the role what was issued before now.
func TestRevokeOlderSessions(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.Server.Freeze(time.Now().Truncate(time.Second))
	c := clientOf(t, w.Server, w.Key)
	session := c.call("GetSessionToken", "SerialNumber", w.Device.Serial, "TokenCode", w.Device.Code())
	session.wantOK(t)
	inRole := []string{"RoleArn", w.Role.ARN(), "RoleSessionName", "me"}
	old := c.session(session.Session).call("AssumeRole", inRole...)
	old.wantOK(t)
	admin := w.iamIn(old.Assumed)
	w.Server.Advance(5 * time.Second)
	text := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["*"],"Resource":["*"],` +
		`"Condition":{"DateLessThan":{"aws:TokenIssueTime":"` + w.Server.Now().Format(time.RFC3339) + `"}}}]}`
	name := aws.String("AWSRevokeOlderSessions")
	_, err := admin.PutUserPolicy(ctx, &iam.PutUserPolicyInput{UserName: phoebe, PolicyName: name, PolicyDocument: &text})
	wantNone(t, err)
	c.session(session.Session).call("AssumeRole", inRole...).wantError(t, 403, "AccessDenied", "sts:AssumeRole")
	_, err = admin.GetUser(ctx, &iam.GetUserInput{UserName: phoebe}) // not the user's session
	wantNone(t, err)
	w.Server.SetLag(Lag{Policies: 10 * time.Second})
	_, err = admin.PutRolePolicy(ctx, &iam.PutRolePolicyInput{RoleName: aws.String("admin-mfa"), PolicyName: name, PolicyDocument: &text})
	wantNone(t, err)
	_, err = admin.GetUser(ctx, &iam.GetUserInput{UserName: phoebe})
	wantNone(t, err) // nobody knows yet
	w.Server.Advance(10 * time.Second)
	_, err = admin.GetUser(ctx, &iam.GetUserInput{UserName: phoebe})
	wantCode(t, err, 403, "AccessDenied", "explicit deny")
	_, err = admin.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: phoebe})
	wantCode(t, err, 403, "AccessDenied", "explicit deny")
	c.session(old.Assumed).call("GetCallerIdentity").wantOK(t) // cannot be denied
	fresh := c.assume(w.Standard)
	fresh.wantOK(t)
	_, err = w.iamIn(fresh.Assumed).UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: phoebe, AccessKeyId: &w.Key.ID, Status: types.StatusTypeInactive})
	wantNone(t, err)
}
