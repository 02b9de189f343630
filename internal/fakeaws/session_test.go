package fakeaws

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/iam"
)

// taggable is the standard account with a role that admits tags and a source
// identity, and a second one that the first may go on to.
func taggable(t *testing.T) (*Standard, *Role, *Role) {
	t.Helper()
	w := NewStandard()
	const trust = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":["sts:AssumeRole","sts:TagSession","sts:SetSourceIdentity"]}}`
	first, err := w.Account.AddRole("first", trust)
	if err != nil {
		t.Fatal(err)
	}
	second, err := w.Account.AddRole("second", trust)
	if err != nil {
		t.Fatal(err)
	}
	const all = `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:*","Resource":"*"}}`
	for _, p := range []*Policies{&w.Group.Policies, &first.Policies, &second.Policies} {
		if err := p.PutPolicy("all-of-sts", all); err != nil {
			t.Fatal(err)
		}
	}
	return w, first, second
}

func TestSessionTags(t *testing.T) {
	w, first, second := taggable(t)
	c := clientOf(t, w.Server, w.Key)
	call := func(c client, r *Role, pairs ...string) reply {
		return c.call("AssumeRole", append([]string{"RoleArn", r.ARN(), "RoleSessionName", "me"}, pairs...)...)
	}
	team := []string{"Tags.member.1.Key", "Team", "Tags.member.1.Value", "blue"}
	got := call(c, first, append(team, "TransitiveTagKeys.member.1", "Team")...)
	got.wantOK(t)
	if got.Packed == 0 {
		t.Error("no PackedPolicySize")
	}
	const invalid = "InvalidParameterValue"
	call(c, first, append(team, "Tags.member.2.Key", "team", "Tags.member.2.Value", "red")...).wantError(t, 400, invalid, "Duplicate tag keys")
	call(c, first, "Tags.member.1.Key", "aws:x", "Tags.member.1.Value", "1").wantError(t, 400, invalid, "reserved")
	call(c, first, "TransitiveTagKeys.member.1", "Team").wantError(t, 400, invalid, "must be included")
	call(c, first, "Tags.member.1.Key", "Team").wantError(t, 400, "ValidationError", "'tags.member.1.Value'")
	call(c, first, append(team, "Policy", strings.Repeat("x", 2049))...).wantError(t, 400, "ValidationError", "2048")

	chained := c.session(got.Assumed)
	call(chained, second, team...).wantError(t, 400, invalid, "conflicts with a transitive tag key")
	call(chained, second).wantOK(t)
	logged := w.Server.Calls("AssumeRole")[0]
	if logged.Params["Tags.member.1.Key"] != "Team" || logged.Params["TransitiveTagKeys.member.1"] != "Team" {
		t.Errorf("%+v", logged.Params)
	}
	c.assume(w, team...).wantError(t, 403, "AccessDenied", "not authorized to perform: sts:TagSession on resource: "+w.Role.ARN())
}

func TestSourceIdentityStaysThroughAChain(t *testing.T) {
	w, first, second := taggable(t)
	c := clientOf(t, w.Server, w.Key)
	got := c.call("AssumeRole", "RoleArn", first.ARN(), "RoleSessionName", "me", "SourceIdentity", "phoebe")
	got.wantOK(t)
	if got.Source != "phoebe" {
		t.Errorf("SourceIdentity %q", got.Source)
	}
	chained := c.session(got.Assumed)
	chained.call("AssumeRole", "RoleArn", second.ARN(), "RoleSessionName", "me", "SourceIdentity", "eve").
		wantError(t, 403, "AccessDenied", "sts:SetSourceIdentity")
	next := chained.call("AssumeRole", "RoleArn", second.ARN(), "RoleSessionName", "me")
	next.wantOK(t)
	if next.Source != "phoebe" {
		t.Errorf("SourceIdentity %q in the chain", next.Source)
	}
	c.assume(w, "SourceIdentity", "phoebe").wantError(t, 403, "AccessDenied", "sts:SetSourceIdentity")
}

func TestSessionPolicyLimitsTheSession(t *testing.T) {
	w, first, second := taggable(t)
	c := clientOf(t, w.Server, w.Key)
	try := func(pairs ...string) reply {
		got := c.call("AssumeRole", append([]string{"RoleArn", first.ARN(), "RoleSessionName", "me"}, pairs...)...)
		got.wantOK(t)
		return c.session(got.Assumed).call("AssumeRole", "RoleArn", second.ARN(), "RoleSessionName", "me")
	}
	try().wantOK(t)
	try("Policy", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}`).wantError(t, 403, "AccessDenied", "")
	try("Policy", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}}`).wantOK(t)
	try("PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/AdministratorAccess").wantOK(t)
	denies := `{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"sts:*","Resource":"*"}}`
	try("PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/AdministratorAccess", "Policy", denies).wantError(t, 403, "AccessDenied", "")
}

// What AWS's own policies leave of a role that may do everything: each is evaluated, and
// not only known by its name.
func TestManagedPoliciesAsSessionPolicies(t *testing.T) {
	w := newWorld(t)
	wantNone(t, w.Role.AttachPolicy("arn:aws:iam::aws:policy/AdministratorAccess"))
	w.Account.AddBucket("state")
	own := clientOf(t, w.Server, w.Key)
	for _, tt := range []struct {
		policies, may string // of "buckets object create-user get-role"
	}{
		{"", "buckets object create-user get-role"},
		{"ReadOnlyAccess", "buckets object get-role"},
		{"job-function/ViewOnlyAccess", "buckets"},
		{"job-function/Billing", ""},
		{"job-function/Billing ReadOnlyAccess", "buckets object get-role"},
		{"SignInLocalDevelopmentAccess", ""},
	} {
		var arns []string
		for i, name := range strings.Fields(tt.policies) {
			arns = append(arns, fmt.Sprintf("PolicyArns.member.%d.arn", i+1), "arn:aws:iam::aws:policy/"+name)
		}
		got := own.assume(w.Standard, arns...)
		got.wantOK(t)
		s3, iamClient := own.session(got.Assumed), w.iamIn(got.Assumed)
		_, created := iamClient.CreateUser(t.Context(), &iam.CreateUserInput{UserName: aws.String("mallory")})
		_, read := iamClient.GetRole(t.Context(), &iam.GetRoleInput{RoleName: aws.String("admin-mfa")})
		for what, done := range map[string]bool{
			"buckets":     s3.s3("GET", "/", "").Code == 200,
			"object":      s3.s3("GET", "/state/none", "").Code == 404, // and not 403
			"create-user": created == nil, "get-role": read == nil,
		} {
			if may := slices.Contains(strings.Fields(tt.may), what); done != may {
				t.Errorf("under %q: %s: %v", tt.policies, what, done)
			}
		}
	}
}
