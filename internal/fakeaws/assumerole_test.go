package fakeaws

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func TestAssumeRoleAnswer(t *testing.T) {
	w := NewStandard()
	now := time.Date(2026, 11, 21, 22, 0, 0, 0, time.UTC)
	w.Server.Freeze(now)
	c := clientOf(t, w.Server, w.Key)
	got := c.assume(w)
	got.wantOK(t)
	if got.RoleArn != "arn:aws:sts::123456789012:assumed-role/admin-mfa/phoebe" || got.Assumed.Expiration != "2026-11-21T23:00:00Z" {
		t.Errorf("%+v", got)
	}
	if id := got.Assumed.AccessKeyID; len(id) != 20 || !strings.HasPrefix(id, "ASIA") || len(got.Assumed.SessionToken) < 500 {
		t.Errorf("%+v", got.Assumed)
	}
	for who, want := range map[string][2]string{
		"user": {"arn:aws:iam::123456789012:user/phoebe", w.User.ID},
		"role": {got.RoleArn, w.Role.ID + ":phoebe"},
		"root": {"arn:aws:iam::123456789012:root", "123456789012"},
	} {
		caller := map[string]client{"user": c, "role": c.session(got.Assumed), "root": clientOf(t, w.Server, w.Account.Root().AddAccessKey())}[who]
		id := caller.call("GetCallerIdentity")
		id.wantOK(t)
		if id.Arn != want[0] || id.UserID != want[1] || id.Account != "123456789012" {
			t.Errorf("%s: %+v", who, id)
		}
	}
	logged := w.Server.Calls("AssumeRole")
	if len(logged) != 1 {
		t.Fatalf("%d calls", len(logged))
	}
	l := logged[0]
	if !l.CodeSent || l.CodeHash == "" || l.AccessKeyID != w.Key.ID || l.Principal != w.User.ARN() || l.Region != "eu-central-1" ||
		l.Host != "127.0.0.1:1" || l.Status != 200 || !l.Time.Equal(now) || l.Params["RoleSessionName"] != "phoebe" || l.Service != "sts" {
		t.Errorf("%+v", l)
	}
}

func TestAssumeRoleConstraints(t *testing.T) {
	w := NewStandard()
	c := clientOf(t, w.Server, w.Key)
	arn := w.Role.ARN()
	tests := []struct {
		pairs []string
		code  string
		text  string
	}{
		{[]string{"RoleArn", arn}, "ValidationError", "1 validation error detected: Value null at 'roleSessionName' failed to satisfy constraint: Member must not be null"},
		{nil, "ValidationError", "2 validation errors detected: Value null at 'roleArn' failed"},
		{[]string{"RoleArn", arn, "RoleSessionName", "p"}, "ValidationError", "Member must have length greater than or equal to 2"},
		{[]string{"RoleArn", arn, "RoleSessionName", strings.Repeat("p", 65)}, "ValidationError", "Member must have length less than or equal to 64"},
		{[]string{"RoleArn", arn, "RoleSessionName", "a b"}, "ValidationError", `Value 'a b' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\w+=,.@-]*`},
		{[]string{"RoleArn", "arn:aws:iam::1", "RoleSessionName", "me"}, "ValidationError", "Value 'arn:aws:iam::1' at 'roleArn' failed to satisfy constraint: Member must have length greater than or equal to 20"},
		{[]string{"RoleArn", "arn:aws:iam::123456789012:user/phoebe", "RoleSessionName", "me"}, "ValidationError", "arn:aws:iam::123456789012:user/phoebe is invalid"},
		{[]string{"RoleArn", arn, "RoleSessionName", "me", "DurationSeconds", "899"}, "ValidationError", "Value '899' at 'durationSeconds' failed to satisfy constraint: Member must have value greater than or equal to 900"},
		{[]string{"RoleArn", arn, "RoleSessionName", "me", "DurationSeconds", "43201"}, "ValidationError", "Member must have value less than or equal to 43200"},
		{[]string{"RoleArn", arn, "RoleSessionName", "me", "DurationSeconds", "1h"}, "ValidationError", "Member must be an integer"},
		{[]string{"RoleArn", arn, "RoleSessionName", "me", "ExternalId", "x"}, "ValidationError", "'externalId'"},
		{[]string{"RoleArn", arn, "RoleSessionName", "me", "ExternalId", "a#b"}, "ValidationError", "'externalId'"},
		{[]string{"RoleArn", arn, "RoleSessionName", "me", "SourceIdentity", "x"}, "ValidationError", "'sourceIdentity'"},
		{[]string{"RoleArn", arn, "RoleSessionName", "me", "SerialNumber", "short", "TokenCode", "123456"}, "ValidationError", "'serialNumber'"},
		{[]string{"RoleArn", arn, "RoleSessionName", "me", "Colour", "red"}, "UnknownParameter", `"Colour"`},
		{[]string{"RoleArn", arn, "RoleSessionName", "me", "Tags.member.2.Key", "a", "Tags.member.2.Value", "b"}, "UnknownParameter", `"Tags.member.2.Key"`},
		{[]string{"RoleArn", arn, "RoleSessionName", "me", "Policy", "{"}, "MalformedPolicyDocument", "syntax errors"},
		{[]string{"RoleArn", arn, "RoleSessionName", "me", "PolicyArns.member.1.arn", "arn:aws:iam::aws:policy/Nothing"}, "MalformedPolicyDocument", "arn:aws:iam::aws:policy/Nothing"},
	}
	for _, tt := range tests {
		c.call("AssumeRole", tt.pairs...).wantError(t, 400, tt.code, tt.text)
	}
	c.call("AssumeRole", "RoleArn", "arn:aws:iam::123456789012:role/none", "RoleSessionName", "me").
		wantError(t, 403, "AccessDenied", "not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/none")
	root := clientOf(t, w.Server, w.Account.Root().AddAccessKey())
	root.call("AssumeRole", "RoleArn", arn, "RoleSessionName", "me").wantError(t, 403, "AccessDenied", "Roles may not be assumed by root accounts.")
}

func TestDurationsAndChaining(t *testing.T) {
	w := NewStandard()
	long, err := w.AddRole("long", 12*time.Hour)
	if err != nil {
		t.Fatal(err)
	}
	c := clientOf(t, w.Server, w.Key)
	c.assume(w, "DurationSeconds", "3601").wantError(t, 400, "ValidationError", "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.")
	c.assume(w, "RoleArn", long.ARN(), "DurationSeconds", "43200").wantOK(t)

	code, _ := w.Device.FreshCode()
	got := c.call("GetSessionToken", "SerialNumber", w.Device.Serial, "TokenCode", code, "DurationSeconds", "28800")
	got.wantOK(t)
	base := c.session(got.Session)
	const chained = "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining."
	base.call("AssumeRole", "RoleArn", long.ARN(), "RoleSessionName", "me", "DurationSeconds", "3601").wantError(t, 400, "ValidationError", chained)
	base.call("AssumeRole", "RoleArn", long.ARN(), "RoleSessionName", "me", "DurationSeconds", "3600").wantOK(t)
	w.Server.Advance(7 * time.Hour)
	role := base.call("AssumeRole", "RoleArn", w.Role.ARN(), "RoleSessionName", "me")
	role.wantOK(t)

	// The role session has no MFA to show, although its caller had.
	next := base.session(role.Assumed)
	next.call("AssumeRole", "RoleArn", long.ARN(), "RoleSessionName", "me").wantError(t, 403, "AccessDenied", "User: "+role.RoleArn)
	next.call("GetSessionToken").wantError(t, 403, "AccessDenied", "Cannot call GetSessionToken with session credentials")
	base.call("GetSessionToken").wantError(t, 403, "AccessDenied", "Cannot call GetSessionToken with session credentials")
	open, err := w.Account.AddRole("open", trustFor(`"arn:aws:iam::123456789012:role/admin-mfa"`))
	if err != nil {
		t.Fatal(err)
	}
	next.call("AssumeRole", "RoleArn", open.ARN(), "RoleSessionName", "me").wantOK(t)
	next.call("AssumeRole", "RoleArn", open.ARN(), "RoleSessionName", "me", "DurationSeconds", "3601").wantError(t, 400, "ValidationError", "MaxSessionDuration")
}

func TestGetSessionTokenWithoutMFADoesNotSatisfyTheRole(t *testing.T) {
	w := NewStandard()
	c := clientOf(t, w.Server, w.Key)
	got := c.call("GetSessionToken", "DurationSeconds", "129600")
	got.wantOK(t)
	s := c.session(got.Session)
	s.call("AssumeRole", "RoleArn", w.Role.ARN(), "RoleSessionName", "me").wantError(t, 403, "AccessDenied", "not authorized")
	s.assume(w).wantOK(t) // a code on the call itself does
	c.call("GetSessionToken", "DurationSeconds", "129601").wantError(t, 400, "ValidationError", "129600")
	c.call("GetSessionToken", "RoleArn", "x").wantError(t, 400, "UnknownParameter", "RoleArn")

	root := clientOf(t, w.Server, w.Account.Root().AddAccessKey()).call("GetSessionToken", "DurationSeconds", "7200")
	ends, _ := time.Parse(time.RFC3339, root.Session.Expiration)
	if left := ends.Sub(w.Server.Now()); left > time.Hour || left < 59*time.Minute {
		t.Errorf("root's session lasts %v", left)
	}
}

func TestConditionKeysOfAssumeRole(t *testing.T) {
	w := NewStandard()
	c := clientOf(t, w.Server, w.Key)
	set := func(condition string) {
		t.Helper()
		trust := `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},` +
			`"Action":["sts:AssumeRole","sts:SetSourceIdentity","sts:TagSession"],"Condition":{` + condition + `}}}`
		if _, err := w.Account.AddRole("admin-mfa", trust); err != nil {
			t.Fatal(err)
		}
	}
	call := func(c client, pairs ...string) int {
		return c.call("AssumeRole", append([]string{"RoleArn", w.Role.ARN(), "RoleSessionName", "phoebe"}, pairs...)...).Status
	}
	check := func(name string, got, want int) {
		t.Helper()
		if got != want {
			t.Errorf("%s: %d", name, got)
		}
	}
	set(`"StringEquals":{"sts:ExternalId":"secret-1"}`)
	check("external id", call(c, "ExternalId", "secret-1"), 200)
	check("other external id", call(c, "ExternalId", "secret-2"), 403)
	check("no external id", call(c), 403)
	set(`"StringEquals":{"sts:RoleSessionName":"${aws:username}"}`)
	check("session name", call(c), 200)
	check("other session name", call(c, "RoleSessionName", "eve"), 403)
	set(`"NumericLessThan":{"aws:MultiFactorAuthAge":"3600"}`)
	check("age without MFA", call(c), 403)
	check("age of a code", c.assume(w).Status, 200)
	code, _ := w.Device.FreshCode()
	base := c.session(c.call("GetSessionToken", "SerialNumber", w.Device.Serial, "TokenCode", code).Session)
	check("age of a session", call(base), 200)
	w.Server.Advance(61 * time.Minute)
	check("age of an old session", call(base), 403)
	set(fmt.Sprintf(`"DateGreaterThan":{"aws:TokenIssueTime":%q}`, w.Server.Now().Format(time.RFC3339)))
	check("issued before", call(base), 403)
	w.Server.Advance(2 * time.Second)
	check("issued after", call(c.session(c.call("GetSessionToken").Session)), 200)
	check("a long-term key has no issue time", call(c), 403)
	set(`"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}`)
	check("absent for a long-term key", call(c), 200)
}

// What revoking does: a deny for everything issued before now.
func TestOldSessionsAreDenied(t *testing.T) {
	w := NewStandard()
	if _, err := w.Account.AddRole("admin-mfa", trustFor(`"arn:aws:iam::123456789012:root"`)); err != nil {
		t.Fatal(err)
	}
	c := clientOf(t, w.Server, w.Key)
	old := c.session(c.call("GetSessionToken").Session)
	w.Server.Advance(5 * time.Second)
	deny := fmt.Sprintf(`{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["*"],"Resource":["*"],`+
		`"Condition":{"DateLessThan":{"aws:TokenIssueTime":%q}}}]}`, w.Server.Now().Format(time.RFC3339))
	if err := w.User.PutPolicy("AWSRevokeOlderSessions", deny); err != nil {
		t.Fatal(err)
	}
	w.Server.Advance(time.Second)
	fresh := c.session(c.call("GetSessionToken").Session)
	old.call("AssumeRole", "RoleArn", w.Role.ARN(), "RoleSessionName", "me").wantError(t, 403, "AccessDenied", "")
	old.call("GetCallerIdentity").wantOK(t)
	fresh.call("AssumeRole", "RoleArn", w.Role.ARN(), "RoleSessionName", "me").wantOK(t)
	c.call("AssumeRole", "RoleArn", w.Role.ARN(), "RoleSessionName", "me").wantOK(t)
}

// TestTrustByName: ArnEquals on aws:PrincipalArn is for the user of that name and
// path, and only where the user's own policies agree. A session of GetSessionToken
// is the user's; one of a role is the role's, whoever assumed it.
func TestTrustByName(t *testing.T) {
	w := NewStandard()
	c := clientOf(t, w.Server, w.Key)
	trusts := func(arn string, want int) {
		t.Helper()
		if _, err := w.Account.AddRole("named", strings.Replace(trustFor(`"123456789012"`), `"Action"`, `"Condition":{"ArnEquals":{"aws:PrincipalArn":["`+arn+`"]}},"Action"`, 1)); err != nil {
			t.Fatal(err)
		}
		if got := c.call("AssumeRole", "RoleArn", "arn:aws:iam::123456789012:role/named", "RoleSessionName", "me"); got.Status != want {
			t.Errorf("trust in %s: %d %s", arn, got.Status, got.Message)
		}
	}
	trusts("arn:aws:iam::123456789012:user/phoebe", 403) // no policy of phoebe's allows it
	if err := w.User.PutPolicy("any", `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}}`); err != nil {
		t.Fatal(err)
	}
	trusts("arn:aws:iam::123456789012:user/phoebe", 200)
	trusts("arn:aws:iam::123456789012:user/Phoebe", 403)
	trusts("arn:aws:iam::123456789012:user/team/phoebe", 403)
	trusts("arn:aws:iam::123456789012:root", 403)
	trusts("arn:aws:iam::123456789012:role/admin-mfa", 403)
	got := c.call("GetSessionToken")
	got.wantOK(t)
	role := c.assume(w)
	role.wantOK(t)
	c = c.session(got.Session)
	trusts("arn:aws:iam::123456789012:user/phoebe", 200)
	c = c.session(role.Assumed)
	trusts("arn:aws:iam::123456789012:user/phoebe", 403)
	trusts("arn:aws:sts::123456789012:assumed-role/admin-mfa/phoebe", 403)
	trusts("arn:aws:iam::123456789012:role/admin-mfa", 200)
}
