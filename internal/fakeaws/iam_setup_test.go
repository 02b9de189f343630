package fakeaws

import (
	"bytes"
	"context"
	"image/png"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

const administrator = "arn:aws:iam::aws:policy/AdministratorAccess"

// The way of bootstrap, from a root key to a person who may only assume a role.
func TestAccountFromARootKey(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	account := w.Server.AddAccount("333333333333")
	rootKey := account.Root().AddAccessKey()
	root := w.iamOf(rootKey)
	summary, err := root.GetAccountSummary(ctx, nil)
	wantNone(t, err)
	if m := summary.SummaryMap; m["AccountAccessKeysPresent"] != 1 || m["AccountMFAEnabled"] != 0 || m["Users"] != 0 || m["AccessKeysPerUserQuota"] != 2 {
		t.Errorf("%v", m)
	}
	group, err := root.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: aws.String("administrators")})
	wantNone(t, err)
	user, err := root.CreateUser(ctx, &iam.CreateUserInput{UserName: phoebe})
	wantNone(t, err)
	if *group.Group.Arn != "arn:aws:iam::333333333333:group/administrators" || *user.User.Arn != "arn:aws:iam::333333333333:user/phoebe" ||
		!strings.HasPrefix(*group.Group.GroupId, "AGPA") {
		t.Errorf("%+v %+v", group.Group, user.User)
	}
	_, err = root.AddUserToGroup(ctx, &iam.AddUserToGroupInput{GroupName: group.Group.GroupName, UserName: phoebe})
	wantNone(t, err)
	trust := TrustWithMFA(account)
	role, err := root.CreateRole(ctx, &iam.CreateRoleInput{
		RoleName: aws.String("admin-mfa"), AssumeRolePolicyDocument: &trust, MaxSessionDuration: aws.Int32(3600), Description: aws.String("with MFA"),
	})
	wantNone(t, err)
	_, err = root.AttachRolePolicy(ctx, &iam.AttachRolePolicyInput{RoleName: role.Role.RoleName, PolicyArn: aws.String(administrator)})
	wantNone(t, err)
	doc := allowAssume(*role.Role.Arn)
	policy, err := root.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String("assume-admin-role"), PolicyDocument: &doc})
	wantNone(t, err)
	_, err = root.AttachGroupPolicy(ctx, &iam.AttachGroupPolicyInput{GroupName: group.Group.GroupName, PolicyArn: policy.Policy.Arn})
	wantNone(t, err)
	device := enrol(t, w, root, account)
	made, err := root.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: phoebe})
	wantNone(t, err)
	own := client{t: t, server: w.Server, id: *made.AccessKey.AccessKeyId, secret: *made.AccessKey.SecretAccessKey, region: "eu-west-1"}
	_, err = w.iam(own.id, own.secret, "").ListUsers(ctx, nil)
	wantCode(t, err, 403, "AccessDenied", "User: arn:aws:iam::333333333333:user/phoebe is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::333333333333:user/ because no identity-based policy allows the iam:ListUsers action")
	assume := []string{"RoleArn", *role.Role.Arn, "RoleSessionName", "me"}
	own.call("AssumeRole", assume...).wantError(t, 403, "AccessDenied", "")
	w.Server.Advance(2 * totpStep)
	session := own.call("AssumeRole", append(assume, "SerialNumber", device.Serial, "TokenCode", device.Code())...)
	session.wantOK(t)
	users, err := w.iamIn(session.Assumed).ListUsers(ctx, nil)
	if err != nil || len(users.Users) != 1 {
		t.Errorf("%+v %v", users, err)
	}
	_, err = root.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{AccessKeyId: &rootKey.ID})
	wantNone(t, err)
	if left := account.Root().AccessKeys(); len(left) != 0 {
		t.Errorf("%+v", left)
	}
	undo(t, ctx, w.iamOf(account.Root().AddAccessKey()), own.id, device.Serial, *policy.Policy.Arn)
	if len(account.users)+len(account.groups)+len(account.roles)+len(account.devices) != 0 {
		t.Errorf("%+v", account)
	}
}

// enrol makes a device from what its picture says.
func enrol(t *testing.T, w *world, root *iam.Client, account *Account) *MFADevice {
	t.Helper()
	ctx := t.Context()
	name := &iam.CreateVirtualMFADeviceInput{VirtualMFADeviceName: phoebe}
	made, err := root.CreateVirtualMFADevice(ctx, name)
	wantNone(t, err)
	v := made.VirtualMFADevice
	if _, err := png.Decode(bytes.NewReader(v.QRCodePNG)); err != nil {
		t.Error(err)
	}
	device := account.Device(*v.SerialNumber)
	if device == nil || string(v.Base32StringSeed) != device.Seed {
		t.Fatalf("%+v", v)
	}
	_, err = root.CreateVirtualMFADevice(ctx, name)
	wantCode(t, err, 409, "EntityAlreadyExists", "MFADevice entity at the same path and name already exists.")
	loose, err := root.ListVirtualMFADevices(ctx, &iam.ListVirtualMFADevicesInput{AssignmentStatus: types.AssignmentStatusTypeUnassigned})
	if err != nil || len(loose.VirtualMFADevices) != 1 || loose.VirtualMFADevices[0].User != nil {
		t.Errorf("%+v %v", loose, err)
	}
	w.Server.Freeze(time.Now())
	now := w.Server.Now()
	enable := func(first, second time.Duration) error {
		_, err := root.EnableMFADevice(ctx, &iam.EnableMFADeviceInput{
			UserName: phoebe, SerialNumber: v.SerialNumber,
			AuthenticationCode1: aws.String(device.CodeAt(now.Add(first))), AuthenticationCode2: aws.String(device.CodeAt(now.Add(second))),
		})
		return err
	}
	for _, wrong := range [][2]time.Duration{{0, -totpStep}, {0, 0}, {-totpStep, totpStep}, {-time.Hour - totpStep, -time.Hour}} {
		wantCode(t, enable(wrong[0], wrong[1]), 403, "InvalidAuthenticationCode", "Authentication code for device is not valid.")
	}
	wantNone(t, enable(-totpStep, 0))
	if got := w.Server.Calls("EnableMFADevice"); !got[0].CodeSent || got[0].Params["AuthenticationCode1"] != "" || len(w.Server.RepeatedCodes()) == 0 {
		t.Errorf("%+v", got[0])
	}
	w.Server.Unfreeze()
	list, err := root.ListMFADevices(ctx, &iam.ListMFADevicesInput{UserName: phoebe})
	if err != nil || len(list.MFADevices) != 1 || *list.MFADevices[0].SerialNumber != device.Serial || *list.MFADevices[0].UserName != "phoebe" {
		t.Errorf("%+v %v", list, err)
	}
	return device
}

func undo(t *testing.T, ctx context.Context, root *iam.Client, key, serial, policy string) {
	t.Helper()
	group, role := aws.String("administrators"), aws.String("admin-mfa")
	steps := []struct {
		conflict string // what is said before this step
		do       func() error
	}{
		{"must delete access keys first", func() error {
			_, err := root.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: phoebe, AccessKeyId: &key})
			return err
		}},
		{"must delete MFA device first", func() error {
			_, err := root.DeleteVirtualMFADevice(ctx, &iam.DeleteVirtualMFADeviceInput{SerialNumber: &serial})
			wantCode(t, err, 409, "DeleteConflict", "")
			_, err = root.DeactivateMFADevice(ctx, &iam.DeactivateMFADeviceInput{UserName: phoebe, SerialNumber: &serial})
			return err
		}},
		{"must remove users from group first", func() error {
			_, err := root.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: group})
			wantCode(t, err, 409, "DeleteConflict", "must remove users from group first")
			_, err = root.RemoveUserFromGroup(ctx, &iam.RemoveUserFromGroupInput{GroupName: group, UserName: phoebe})
			return err
		}},
	}
	remove := func() error {
		_, err := root.DeleteUser(ctx, &iam.DeleteUserInput{UserName: phoebe})
		return err
	}
	for _, step := range steps {
		wantCode(t, remove(), 409, "DeleteConflict", step.conflict)
		wantNone(t, step.do())
	}
	wantNone(t, remove())
	wantCode(t, remove(), 404, "NoSuchEntity", "The user with name phoebe cannot be found.")
	_, err := root.DeleteVirtualMFADevice(ctx, &iam.DeleteVirtualMFADeviceInput{SerialNumber: &serial})
	wantNone(t, err)
	_, err = root.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: group})
	wantCode(t, err, 409, "DeleteConflict", "must detach all policies first")
	_, err = root.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: &policy})
	wantCode(t, err, 409, "DeleteConflict", "Cannot delete a policy attached to entities.")
	_, err = root.DetachGroupPolicy(ctx, &iam.DetachGroupPolicyInput{GroupName: group, PolicyArn: &policy})
	wantNone(t, err)
	_, err = root.DeleteGroup(ctx, &iam.DeleteGroupInput{GroupName: group})
	wantNone(t, err)
	_, err = root.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: &policy})
	wantNone(t, err)
	_, err = root.DetachRolePolicy(ctx, &iam.DetachRolePolicyInput{RoleName: role, PolicyArn: aws.String(administrator)})
	wantNone(t, err)
	_, err = root.DeleteRole(ctx, &iam.DeleteRoleInput{RoleName: role})
	wantNone(t, err)
}

func TestNamesAreTakenWhateverTheirCaseAndPath(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	root := w.root()
	_, err := root.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("Phoebe"), Path: aws.String("/team/")})
	wantCode(t, err, 409, "EntityAlreadyExists", "User with name Phoebe already exists.")
	_, err = root.CreateGroup(ctx, &iam.CreateGroupInput{GroupName: aws.String("Administrators")})
	wantCode(t, err, 409, "EntityAlreadyExists", "Group with name")
	trust := TrustWithMFA(w.Account)
	_, err = root.CreateRole(ctx, &iam.CreateRoleInput{RoleName: aws.String("ADMIN-mfa"), AssumeRolePolicyDocument: &trust})
	wantCode(t, err, 409, "EntityAlreadyExists", "Role with name")
	doc := allowAssume("*")
	_, err = root.CreatePolicy(ctx, &iam.CreatePolicyInput{PolicyName: aws.String("Assume-admin-role"), PolicyDocument: &doc})
	wantCode(t, err, 409, "EntityAlreadyExists", "A policy called")
	got, err := root.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("quentin"), Path: aws.String("/team/a/")})
	if err != nil || *got.User.Arn != "arn:aws:iam::123456789012:user/team/a/quentin" || *got.User.Path != "/team/a/" {
		t.Fatalf("%+v %v", got, err)
	}
	same, err := root.GetUser(ctx, &iam.GetUserInput{UserName: aws.String("quentin")})
	if err != nil || *same.User.UserId != *got.User.UserId {
		t.Errorf("%+v %v", same, err)
	}
	team, err := root.ListUsers(ctx, &iam.ListUsersInput{PathPrefix: aws.String("/team/")})
	if err != nil || len(team.Users) != 1 {
		t.Errorf("%+v %v", team, err)
	}
	_, err = root.CreateUser(ctx, &iam.CreateUserInput{UserName: aws.String("a b")})
	wantCode(t, err, 400, "ValidationError", "at 'userName' failed to satisfy constraint")
}

func TestManagedPoliciesAndTheirVersions(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.Server.SetLag(Lag{Policies: 5 * time.Second})
	w.Server.Freeze(time.Now())
	root := w.root()
	list, err := root.ListPolicies(ctx, &iam.ListPoliciesInput{Scope: types.PolicyScopeTypeLocal})
	if err != nil || len(list.Policies) != 1 || *list.Policies[0].AttachmentCount != 1 {
		t.Fatalf("%+v %v", list, err)
	}
	arn := list.Policies[0].Arn
	aws1, err := root.ListPolicies(ctx, &iam.ListPoliciesInput{Scope: types.PolicyScopeTypeAws, PathPrefix: aws.String("/job-function/")})
	if err != nil || len(aws1.Policies) != 2 || *aws1.Policies[0].Arn != "arn:aws:iam::aws:policy/job-function/Billing" {
		t.Errorf("%+v %v", aws1, err)
	}
	other := allowAssume("arn:aws:iam::123456789012:role/other")
	second, err := root.CreatePolicyVersion(ctx, &iam.CreatePolicyVersionInput{PolicyArn: arn, PolicyDocument: &other, SetAsDefault: true})
	if err != nil || *second.PolicyVersion.VersionId != "v2" || !second.PolicyVersion.IsDefaultVersion {
		t.Fatalf("%+v %v", second, err)
	}
	c := clientOf(t, w.Server, w.Key)
	c.assume(w.Standard).wantOK(t) // not yet
	w.Server.Advance(5 * time.Second)
	c.assume(w.Standard).wantError(t, 403, "AccessDenied", "")
	_, err = root.SetDefaultPolicyVersion(ctx, &iam.SetDefaultPolicyVersionInput{PolicyArn: arn, VersionId: aws.String("v1")})
	wantNone(t, err)
	w.Server.Advance(5 * time.Second)
	c.assume(w.Standard).wantOK(t)
	got, err := root.GetPolicyVersion(ctx, &iam.GetPolicyVersionInput{PolicyArn: arn, VersionId: aws.String("v2")})
	wantNone(t, err)
	if text, _ := url.PathUnescape(*got.PolicyVersion.Document); text != other {
		t.Error(text)
	}
	_, err = root.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: arn, VersionId: aws.String("v1")})
	wantCode(t, err, 409, "DeleteConflict", "default version")
	_, err = root.DeletePolicyVersion(ctx, &iam.DeletePolicyVersionInput{PolicyArn: arn, VersionId: aws.String("v2")})
	wantNone(t, err)
	versions, err := root.ListPolicyVersions(ctx, &iam.ListPolicyVersionsInput{PolicyArn: arn})
	if err != nil || len(versions.Versions) != 1 {
		t.Errorf("%+v %v", versions, err)
	}
	one, err := root.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: arn})
	if err != nil || *one.Policy.DefaultVersionId != "v1" || *one.Policy.PolicyName != "assume-admin-role" {
		t.Errorf("%+v %v", one, err)
	}
	_, err = root.GetPolicy(ctx, &iam.GetPolicyInput{PolicyArn: aws.String("arn:aws:iam::123456789012:policy/none")})
	wantCode(t, err, 404, "NoSuchEntity", "Policy arn:aws:iam::123456789012:policy/none was not found.")
	_, err = root.DeletePolicy(ctx, &iam.DeletePolicyInput{PolicyArn: aws.String(administrator)})
	wantCode(t, err, 403, "AccessDenied", "")
}

// A permission to attach one policy and no other.
func TestAttachIsDecidedByThePolicy(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	wantNone(t, w.User.PutPolicy("attach", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:AttachUserPolicy","Resource":"`+w.User.ARN()+
		`","Condition":{"ArnEquals":{"iam:PolicyARN":"arn:aws:iam::aws:policy/IAMUserChangePassword"}}}}`))
	own := w.iamOf(w.Key)
	attach := func(arn string) error {
		_, err := own.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: phoebe, PolicyArn: &arn})
		return err
	}
	wantCode(t, attach(administrator), 403, "AccessDenied", "iam:AttachUserPolicy on resource: user phoebe")
	wantNone(t, attach("arn:aws:iam::aws:policy/IAMUserChangePassword"))
	root := w.root()
	list, err := root.ListAttachedUserPolicies(ctx, &iam.ListAttachedUserPoliciesInput{UserName: phoebe})
	if err != nil || len(list.AttachedPolicies) != 1 || *list.AttachedPolicies[0].PolicyName != "IAMUserChangePassword" {
		t.Errorf("%+v %v", list, err)
	}
	_, err = root.DetachUserPolicy(ctx, &iam.DetachUserPolicyInput{UserName: phoebe, PolicyArn: aws.String(administrator)})
	wantCode(t, err, 404, "NoSuchEntity", "Policy "+administrator+" was not found.")
	_, err = root.AttachUserPolicy(ctx, &iam.AttachUserPolicyInput{UserName: phoebe, PolicyArn: aws.String("arn:aws:iam::aws:policy/None")})
	wantCode(t, err, 404, "NoSuchEntity", "does not exist or is not attachable")
	groups, err := root.ListGroupsForUser(ctx, &iam.ListGroupsForUserInput{UserName: phoebe})
	if err != nil || len(groups.Groups) != 1 || *groups.Groups[0].GroupName != "administrators" {
		t.Errorf("%+v %v", groups, err)
	}
	of, err := root.GetGroup(ctx, &iam.GetGroupInput{GroupName: aws.String("administrators")})
	if err != nil || len(of.Users) != 1 {
		t.Errorf("%+v %v", of, err)
	}
	attached, err := root.ListAttachedGroupPolicies(ctx, &iam.ListAttachedGroupPoliciesInput{GroupName: aws.String("administrators")})
	if err != nil || len(attached.AttachedPolicies) != 1 {
		t.Errorf("%+v %v", attached, err)
	}
	inline, err := root.ListGroupPolicies(ctx, &iam.ListGroupPoliciesInput{GroupName: aws.String("administrators")})
	if err != nil || len(inline.PolicyNames) != 0 {
		t.Errorf("%+v %v", inline, err)
	}
}

func TestRoleIsChanged(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	root := w.root()
	name := aws.String("admin-mfa")
	_, err := root.UpdateRole(ctx, &iam.UpdateRoleInput{RoleName: name, MaxSessionDuration: aws.Int32(7200), Description: aws.String("two hours")})
	wantNone(t, err)
	c := clientOf(t, w.Server, w.Key)
	c.assume(w.Standard, "DurationSeconds", "7200").wantOK(t)
	anyone := trustFor(`"arn:aws:iam::123456789012:root"`)
	_, err = root.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: name, PolicyDocument: &anyone})
	wantNone(t, err)
	c.call("AssumeRole", "RoleArn", w.Role.ARN(), "RoleSessionName", "me").wantOK(t)
	bad := trustFor(`"arn:aws:iam::123456789012:user/nobody"`)
	_, err = root.UpdateAssumeRolePolicy(ctx, &iam.UpdateAssumeRolePolicyInput{RoleName: name, PolicyDocument: &bad})
	wantCode(t, err, 400, "MalformedPolicyDocument", "invalid principal in policy")
	list, err := root.ListRoles(ctx, nil)
	if err != nil || len(list.Roles) != 1 || *list.Roles[0].Description != "two hours" {
		t.Errorf("%+v %v", list, err)
	}
}

func TestDeviceOutOfStep(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	w.Server.Freeze(time.Now())
	root := w.root()
	now := w.Server.Now()
	resync := func(late time.Duration) {
		t.Helper()
		_, err := root.ResyncMFADevice(ctx, &iam.ResyncMFADeviceInput{
			UserName: phoebe, SerialNumber: &w.Device.Serial,
			AuthenticationCode1: aws.String(w.Device.CodeAt(now.Add(-late - totpStep))), AuthenticationCode2: aws.String(w.Device.CodeAt(now.Add(-late))),
		})
		wantNone(t, err)
	}
	c := clientOf(t, w.Server, w.Key)
	session := func() reply {
		return c.call("GetSessionToken", "SerialNumber", w.Device.Serial, "TokenCode", w.Device.Code())
	}
	resync(5 * time.Minute) // too late, and taken
	session().wantError(t, 403, "AccessDenied", "invalid MFA one time pass code")
	w.Server.Advance(2 * totpStep)
	now = w.Server.Now()
	resync(0)
	session().wantError(t, 403, "AccessDenied", "") // used up by the resync
	w.Server.Advance(totpStep)
	session().wantOK(t)
	_, err := root.DeactivateMFADevice(ctx, &iam.DeactivateMFADeviceInput{UserName: phoebe, SerialNumber: &w.Device.Serial})
	wantNone(t, err)
	w.Server.Advance(totpStep)
	session().wantError(t, 403, "AccessDenied", "unable to validate MFA code")
	_, err = root.DeactivateMFADevice(ctx, &iam.DeactivateMFADeviceInput{UserName: phoebe, SerialNumber: &w.Device.Serial})
	wantCode(t, err, 404, "NoSuchEntity", "")
}

func TestLoginAndAlias(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	root := w.root()
	_, err := root.GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: phoebe})
	wantCode(t, err, 404, "NoSuchEntity", "Login Profile for User phoebe cannot be found.")
	create := func(password string) error {
		_, err := root.CreateLoginProfile(ctx, &iam.CreateLoginProfileInput{UserName: phoebe, Password: &password, PasswordResetRequired: true})
		return err
	}
	wantCode(t, create("short"), 400, "PasswordPolicyViolation", "")
	wantNone(t, create("correct horse battery"))
	wantCode(t, create("correct horse battery"), 409, "EntityAlreadyExists", "Login Profile for user phoebe already exists.")
	got, err := root.GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: phoebe})
	if err != nil || !got.LoginProfile.PasswordResetRequired {
		t.Errorf("%+v %v", got, err)
	}
	for _, call := range w.Server.Calls("CreateLoginProfile") {
		if call.Params["Password"] != "" {
			t.Errorf("%+v", call)
		}
	}
	_, err = root.DeleteLoginProfile(ctx, &iam.DeleteLoginProfileInput{UserName: phoebe})
	wantNone(t, err)
	w.User.SetPassword(true)
	_, err = root.GetLoginProfile(ctx, &iam.GetLoginProfileInput{UserName: phoebe})
	wantNone(t, err)
	w.Account.SetAlias("acme")
	aliases, err := root.ListAccountAliases(ctx, nil)
	if err != nil || !slices.Equal(aliases.AccountAliases, []string{"acme"}) {
		t.Errorf("%+v %v", aliases, err)
	}
}
