package fakeaws

import (
	"encoding/json"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/iam"
	"github.com/aws/aws-sdk-go-v2/service/iam/types"
)

var phoebe = aws.String("phoebe")

// The rotation of design.md 1: the user's own key may nothing, the role does
// it and names the user.
func TestRotationThroughTheRole(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	own := w.iamOf(w.Key)
	_, err := own.ListAccessKeys(ctx, nil)
	wantCode(t, err, 403, "AccessDenied", "User: arn:aws:iam::123456789012:user/phoebe is not authorized to perform: iam:ListAccessKeys on resource: user phoebe because no identity-based policy allows the iam:ListAccessKeys action")
	role := w.admin()
	_, err = role.ListAccessKeys(ctx, nil)
	wantCode(t, err, 400, "ValidationError", "Must specify userName when calling with non-User credentials")
	_, err = role.GetUser(ctx, nil)
	wantCode(t, err, 400, "ValidationError", "Must specify userName")
	user, err := role.GetUser(ctx, &iam.GetUserInput{UserName: phoebe})
	wantNone(t, err)
	if *user.User.Arn != w.User.ARN() || *user.User.UserId != w.User.ID || *user.User.Path != "/" || time.Since(*user.User.CreateDate) > time.Minute {
		t.Errorf("%+v", user.User)
	}
	made, err := role.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: phoebe})
	wantNone(t, err)
	k := made.AccessKey
	if *k.UserName != "phoebe" || k.Status != types.StatusTypeActive || len(*k.SecretAccessKey) != 40 || !strings.HasPrefix(*k.AccessKeyId, "AKIA") {
		t.Errorf("%+v", k)
	}
	logged := w.Server.Calls("CreateAccessKey")
	text, err := json.Marshal(logged)
	wantNone(t, err)
	if len(logged) != 1 || logged[0].Created != *k.AccessKeyId || logged[0].Service != "iam" || strings.Contains(string(text), *k.SecretAccessKey) {
		t.Errorf("%s", text)
	}
	_, err = role.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: phoebe})
	wantCode(t, err, 409, "LimitExceeded", "Cannot exceed quota for AccessKeysPerUser: 2")
	fresh := client{t: t, server: w.Server, id: *k.AccessKeyId, secret: *k.SecretAccessKey, region: "eu-west-1"}
	fresh.call("GetCallerIdentity").wantOK(t)
	_, err = role.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{UserName: phoebe, AccessKeyId: &w.Key.ID, Status: types.StatusTypeInactive})
	wantNone(t, err)
	clientOf(t, w.Server, w.Key).call("GetCallerIdentity").wantError(t, 403, "InvalidClientTokenId", "")
	_, err = role.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: phoebe})
	wantCode(t, err, 409, "LimitExceeded", "")
	list, err := role.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: phoebe})
	wantNone(t, err)
	if len(list.AccessKeyMetadata) != 2 || list.IsTruncated {
		t.Errorf("%+v", list)
	}
	for _, one := range list.AccessKeyMetadata {
		if (*one.AccessKeyId == w.Key.ID) != (one.Status == types.StatusTypeInactive) {
			t.Errorf("%s is %s", *one.AccessKeyId, one.Status)
		}
	}
	old := &iam.DeleteAccessKeyInput{UserName: phoebe, AccessKeyId: &w.Key.ID}
	_, err = role.DeleteAccessKey(ctx, old)
	wantNone(t, err)
	_, err = role.DeleteAccessKey(ctx, old)
	wantCode(t, err, 404, "NoSuchEntity", "The Access Key with id "+w.Key.ID+" cannot be found.")
	if left := w.User.AccessKeys(); len(left) != 1 || left[0].ID != *k.AccessKeyId || left[0].LastUsedService != "sts" || left[0].LastUsedRegion != "eu-west-1" {
		t.Errorf("%+v", left)
	}
}

const selfService = `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"iam:*AccessKey*","Resource":"arn:aws:iam::*:user/${aws:username}"}]}`

func TestSelfService(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	quentin := w.AddPerson("quentin")
	wantNone(t, w.Group.PutPolicy("self", selfService))
	own := w.iamOf(w.Key)
	list, err := own.ListAccessKeys(ctx, nil)
	wantNone(t, err)
	if len(list.AccessKeyMetadata) != 1 || *list.AccessKeyMetadata[0].UserName != "phoebe" {
		t.Errorf("%+v", list)
	}
	_, err = own.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: phoebe})
	wantNone(t, err)
	_, err = own.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: aws.String("quentin")})
	wantCode(t, err, 403, "AccessDenied", "iam:ListAccessKeys on resource: user quentin")
	_, err = own.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{AccessKeyId: &quentin.Key.ID})
	wantCode(t, err, 404, "NoSuchEntity", "")
	made, err := own.CreateAccessKey(ctx, nil)
	wantNone(t, err)
	_, err = w.iam(*made.AccessKey.AccessKeyId, *made.AccessKey.SecretAccessKey, "").
		DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{AccessKeyId: &w.Key.ID})
	wantNone(t, err)
	_, err = own.ListAccessKeys(ctx, nil)
	wantCode(t, err, 403, "InvalidClientTokenId", "The security token included in the request is invalid")
}

func TestSessionsOfAUserAtIAM(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	wantNone(t, w.User.PutPolicy("self", selfService))
	wantNone(t, w.User.PutPolicy("me", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"iam:GetUser","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}}`))
	c := clientOf(t, w.Server, w.Key)
	bare := c.call("GetSessionToken")
	bare.wantOK(t)
	_, err := w.iamIn(bare.Session).ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: phoebe})
	wantCode(t, err, 403, "InvalidClientTokenId", "")
	with := c.call("GetSessionToken", "SerialNumber", w.Device.Serial, "TokenCode", w.Device.Code())
	with.wantOK(t)
	session := w.iamIn(with.Session)
	_, err = session.ListAccessKeys(ctx, nil)
	wantCode(t, err, 400, "ValidationError", "Must specify userName")
	_, err = session.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: phoebe})
	wantNone(t, err)
	_, err = session.GetUser(ctx, nil)
	wantNone(t, err)
	_, err = w.iamOf(w.Key).GetUser(ctx, nil)
	wantCode(t, err, 403, "AccessDenied", "iam:GetUser on resource: user phoebe")
	w.Server.EndSessionsWithKeys(true)
	w.Key.Delete()
	_, err = session.GetUser(ctx, nil)
	wantCode(t, err, 403, "InvalidClientTokenId", "")
	c.session(bare.Session).call("GetCallerIdentity").wantError(t, 403, "InvalidClientTokenId", "")
	w.Server.EndSessionsWithKeys(false)
	c.session(bare.Session).call("GetCallerIdentity").wantOK(t)
}

func TestRootKeys(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	key, other := w.Account.Root().AddAccessKey(), w.Account.Root().AddAccessKey()
	root := w.iamOf(key)
	list, err := root.ListAccessKeys(ctx, nil)
	wantNone(t, err)
	if len(list.AccessKeyMetadata) != 2 {
		t.Errorf("%+v", list)
	}
	me, err := root.GetUser(ctx, nil)
	wantNone(t, err)
	if *me.User.Arn != "arn:aws:iam::123456789012:root" || me.User.UserName != nil || *me.User.UserId != "123456789012" {
		t.Errorf("%+v", me.User)
	}
	_, err = root.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: aws.String("root")})
	wantCode(t, err, 404, "NoSuchEntity", "The user with name root cannot be found.")
	_, err = root.UpdateAccessKey(ctx, &iam.UpdateAccessKeyInput{AccessKeyId: &other.ID, Status: types.StatusTypeInactive})
	wantNone(t, err)
	_, err = root.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{AccessKeyId: &other.ID})
	wantNone(t, err)
	_, err = root.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{AccessKeyId: &key.ID})
	wantNone(t, err)
	_, err = root.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{AccessKeyId: &key.ID})
	wantCode(t, err, 403, "InvalidClientTokenId", "")
}

func TestLastUsed(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	role := w.admin()
	spare := w.User.AddAccessKey()
	get := func(id string) (*iam.GetAccessKeyLastUsedOutput, error) {
		return role.GetAccessKeyLastUsed(ctx, &iam.GetAccessKeyLastUsedInput{AccessKeyId: &id})
	}
	got, err := get(spare.ID)
	wantNone(t, err)
	if l := got.AccessKeyLastUsed; *got.UserName != "phoebe" || l.LastUsedDate != nil || *l.ServiceName != "N/A" || *l.Region != "N/A" {
		t.Errorf("%+v", l)
	}
	clientOf(t, w.Server, spare).call("GetCallerIdentity").wantOK(t)
	w.iamOf(spare).GetUser(ctx, nil) // refused, and a use all the same
	got, err = get(spare.ID)
	wantNone(t, err)
	if l := got.AccessKeyLastUsed; l.LastUsedDate == nil || *l.ServiceName != "iam" || *l.Region != "us-east-1" {
		t.Errorf("%+v", l)
	}
	w.Server.SetLag(Lag{LastUsed: time.Hour})
	clientOf(t, w.Server, spare).call("GetCallerIdentity").wantOK(t)
	if got, err = get(spare.ID); err != nil || *got.AccessKeyLastUsed.ServiceName != "iam" {
		t.Errorf("%+v %v", got, err)
	}
	foreign := w.Server.AddAccount("210987654321").AddUser("x").AddAccessKey()
	for _, id := range []string{foreign.ID, "AKIAUNKNOWNUNKNOWN00"} {
		_, err = get(id)
		wantCode(t, err, 403, "AccessDenied", "iam:GetAccessKeyLastUsed on resource: access key "+id)
	}
}

func TestPages(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	role := w.admin()
	w.User.AddAccessKey()
	w.Server.SetPageSize(1)
	pages := iam.NewListAccessKeysPaginator(role, &iam.ListAccessKeysInput{UserName: phoebe})
	seen := map[string]bool{}
	for pages.HasMorePages() {
		page, err := pages.NextPage(ctx)
		wantNone(t, err)
		if len(page.AccessKeyMetadata) != 1 {
			t.Errorf("%+v", page)
		}
		seen[*page.AccessKeyMetadata[0].AccessKeyId] = true
	}
	if len(seen) != 2 {
		t.Errorf("%v", seen)
	}
	w.Server.SetPageSize(0)
	first, err := role.ListUsers(ctx, &iam.ListUsersInput{MaxItems: aws.Int32(1)})
	if err != nil || first.IsTruncated || len(first.Users) != 1 {
		t.Errorf("%+v %v", first, err)
	}
	w.AddPerson("quentin")
	first, err = role.ListUsers(ctx, &iam.ListUsersInput{MaxItems: aws.Int32(1)})
	if err != nil || !first.IsTruncated || *first.Users[0].UserName != "phoebe" {
		t.Errorf("%+v %v", first, err)
	}
	_, err = role.ListUsers(ctx, &iam.ListUsersInput{Marker: aws.String("?")})
	wantCode(t, err, 400, "ValidationError", "Invalid Marker.")
	_, err = role.ListUsers(ctx, &iam.ListUsersInput{MaxItems: aws.Int32(1001)})
	wantCode(t, err, 400, "ValidationError", "at 'maxItems' failed to satisfy constraint: Member must have value less than or equal to 1000")
}

func TestScopeOfIAM(t *testing.T) {
	w := newWorld(t)
	us := w.iamOf(w.Key).Options()
	for region, want := range map[string]string{
		"us-east-1": "AccessDenied", "eu-central-1": "SignatureDoesNotMatch", "cn-north-1": "InvalidClientTokenId", "cn-northwest-1": "SignatureDoesNotMatch",
	} {
		us.Region = region
		_, err := iam.New(us).ListUsers(t.Context(), nil)
		wantCode(t, err, 403, want, "")
		if want == "SignatureDoesNotMatch" {
			wantCode(t, err, 403, want, "Credential should be scoped to a valid region, not '"+region+"'.")
		}
	}
	gov := w.Server.AddAccountIn("aws-us-gov", "222222222222")
	key := gov.Root().AddAccessKey()
	us.Region, us.Credentials = "us-gov-west-1", credentials.NewStaticCredentialsProvider(key.ID, key.Secret, "")
	me, err := iam.New(us).GetUser(t.Context(), nil)
	if err != nil || *me.User.Arn != "arn:aws-us-gov:iam::222222222222:root" {
		t.Errorf("%+v %v", me, err)
	}
	// A key of STS's scope does not do for IAM.
	c := clientOf(t, w.Server, w.Key)
	c.region = "us-east-1"
	c.call("ListUsers", "Version", "2010-05-08").wantError(t, 403, "SignatureDoesNotMatch", "Credential should be scoped to correct service: 'iam'.")
	for host, ok := range map[string]bool{"iam.amazonaws.com:443": true, "iam.us-gov.amazonaws.com": false} {
		if isIAMRegion("us-east-1", host) != ok {
			t.Errorf("%s", host)
		}
	}
}

func TestIAMFaults(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	role := w.admin()
	wantNone(t, w.Server.AddFault(Fault{Action: "CreateAccessKey", Kind: FaultDropAfter}))
	wantNone(t, w.Server.AddFault(Fault{Action: "DeleteAccessKey", Kind: FaultError, Code: "EntityTemporarilyUnmodifiable", Nth: 2}))
	wantNone(t, w.Server.AddFault(Fault{Action: "ListAccessKeys", Kind: FaultError, Code: "ConcurrentModification"}))
	create := &iam.CreateAccessKeyInput{UserName: phoebe}
	if _, err := role.CreateAccessKey(ctx, create); err == nil {
		t.Error("the answer was to be lost")
	}
	lost := w.Server.Calls("CreateAccessKey")[0]
	if lost.Created == "" || lost.Fault != string(FaultDropAfter) || w.Server.Key(lost.Created) == nil {
		t.Errorf("%+v", lost)
	}
	_, err := role.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: phoebe})
	wantCode(t, err, 409, "ConcurrentModification", "Wait a few minutes")
	_, err = role.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: phoebe, AccessKeyId: &lost.Created})
	wantNone(t, err)
	_, err = role.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: phoebe, AccessKeyId: &lost.Created})
	wantCode(t, err, 409, "EntityTemporarilyUnmodifiable", "wait several minutes")
}

func TestLagOfKeys(t *testing.T) {
	w := newWorld(t)
	ctx := t.Context()
	role := w.admin()
	wantNone(t, w.Server.AddFault(Fault{Action: "none", Kind: FaultHang}))
	if status, text := control(w.Server, "POST", "lag?"+url.Values{
		"new_key": {"8s"}, "old_key": {"3s"}, "listing": {"5s"}, "flap": {"101"}, "endpoint": {"sts/eu-west-1=4s", "iam=1s"},
	}.Encode(), ""); status != 200 {
		t.Fatal(text)
	}
	w.Server.Freeze(time.Now())
	made, err := role.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: phoebe})
	wantNone(t, err)
	near := client{t: t, server: w.Server, id: *made.AccessKey.AccessKeyId, secret: *made.AccessKey.SecretAccessKey, region: "us-east-1"}
	far := near
	far.region = "eu-west-1"
	known := func(c client) string {
		if got := c.call("GetCallerIdentity"); got.Status != 200 {
			return got.Code
		}
		return "yes"
	}
	want := func(c client, answers ...string) {
		t.Helper()
		for n, want := range answers {
			if got := known(c); got != want {
				t.Errorf("answer %d: %s, want %s", n+1, got, want)
			}
		}
	}
	const no, yes = "InvalidClientTokenId", "yes"
	listed := func() int {
		t.Helper()
		list, err := role.ListAccessKeys(ctx, &iam.ListAccessKeysInput{UserName: phoebe})
		wantNone(t, err)
		return len(list.AccessKeyMetadata)
	}
	want(near, no)
	if n := listed(); n != 1 {
		t.Errorf("%d listed", n)
	}
	_, err = role.CreateAccessKey(ctx, &iam.CreateAccessKeyInput{UserName: phoebe})
	wantCode(t, err, 409, "LimitExceeded", "") // though no list shows it
	w.Server.Advance(5 * time.Second)
	if n := listed(); n != 2 {
		t.Errorf("%d listed", n)
	}
	want(near, no)
	w.Server.Advance(3 * time.Second)
	want(near, yes, no, yes, yes, yes)
	want(far, no)
	w.Server.Advance(4 * time.Second)
	want(far, yes, no, yes, yes)

	old := clientOf(t, w.Server, w.Key)
	_, err = role.DeleteAccessKey(ctx, &iam.DeleteAccessKeyInput{UserName: phoebe, AccessKeyId: &w.Key.ID})
	wantNone(t, err)
	want(old, yes)
	if n := listed(); n != 2 {
		t.Errorf("%d listed", n)
	}
	w.Server.Advance(5 * time.Second)
	if n := listed(); n != 1 {
		t.Errorf("%d listed", n)
	}
	want(old, no, yes, no, no)
}
