package fakeaws

import (
	"fmt"
	"strings"
	"testing"
)

func TestPolicyThatIsNotUnderstoodIsRefused(t *testing.T) {
	w := NewStandard()
	identity := func(statement string) string {
		return `{"Version":"2012-10-17","Statement":` + statement + `}`
	}
	const head = `{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"`
	for name, policy := range map[string]string{
		"no JSON":            `{`,
		"trailing":           identity(head+`}`) + `{}`,
		"unknown element":    identity(head + `,"Color":"red"}`),
		"unknown top":        `{"Version":"2012-10-17","Statement":` + head + `},"Color":"red"}`,
		"version":            `{"Version":"2013-10-17","Statement":` + head + `}}`,
		"no statement":       `{"Version":"2012-10-17","Statement":[]}`,
		"twice":              identity(`{"Effect":"Allow","Effect":"Deny","Action":"*","Resource":"*"}`),
		"twice by case":      identity(`{"Effect":"Deny","effect":"Allow","Action":"*","Resource":"*"}`),
		"effect":             identity(`{"Effect":"allow","Action":"*","Resource":"*"}`),
		"no action":          identity(`{"Effect":"Allow","Resource":"*"}`),
		"both actions":       identity(`{"Effect":"Allow","Action":"a:b","NotAction":"a:c","Resource":"*"}`),
		"no resource":        identity(`{"Effect":"Allow","Action":"*"}`),
		"action form":        identity(`{"Effect":"Allow","Action":"AssumeRole","Resource":"*"}`),
		"principal":          identity(head + `,"Principal":"*"}`),
		"operator":           identity(head + `,"Condition":{"IpAddress":{"aws:CurrentTime":"1.2.3.4"}}}`),
		"operator spelling":  identity(head + `,"Condition":{"StringEqual":{"aws:username":"x"}}}`),
		"IfExists of Null":   identity(head + `,"Condition":{"NullIfExists":{"aws:username":"true"}}}`),
		"key":                identity(head + `,"Condition":{"StringEquals":{"aws:SourceVpc":"x"}}}`),
		"empty tag key":      identity(head + `,"Condition":{"StringEquals":{"aws:RequestTag/":"x"}}}`),
		"set operator":       identity(head + `,"Condition":{"ForSome:StringEquals":{"aws:TagKeys":"x"}}}`),
		"no value":           identity(head + `,"Condition":{"StringEquals":{"aws:username":[]}}}`),
		"bool value":         identity(head + `,"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"yes"}}}`),
		"number":             identity(head + `,"Condition":{"NumericLessThan":{"aws:MultiFactorAuthAge":"soon"}}}`),
		"date":               identity(head + `,"Condition":{"DateLessThan":{"aws:TokenIssueTime":"yesterday"}}}`),
		"arn":                identity(head + `,"Condition":{"ArnLike":{"aws:PrincipalArn":"phoebe"}}}`),
		"variable":           identity(`{"Effect":"Allow","Action":"a:b","Resource":"arn:aws:s3:::${aws:nobody}"}`),
		"variable unclosed":  identity(`{"Effect":"Allow","Action":"a:b","Resource":"arn:aws:s3:::${aws:username"}`),
		"condition is array": identity(head + `,"Condition":[]}`),
	} {
		if err := w.User.PutPolicy("p", policy); err == nil {
			t.Errorf("%s: taken", name)
		} else if text := err.Error(); text[0] < 'a' || text[0] > 'z' {
			t.Errorf("%s: error %q", name, text)
		}
	}
	for name, trust := range map[string]string{
		"no principal":       `{"Statement":{"Effect":"Allow","Action":"sts:AssumeRole"}}`,
		"resource":           `{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole","Resource":"*"}}`,
		"not principal":      `{"Statement":{"Effect":"Allow","NotPrincipal":"*","Action":"sts:AssumeRole"}}`,
		"action":             `{"Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject"}}`,
		"absent user":        trustFor(`"arn:aws:iam::123456789012:user/nobody"`),
		"absent role":        trustFor(`"arn:aws:iam::123456789012:role/nobody"`),
		"absent account":     trustFor(`"999999999999"`),
		"group":              trustFor(`"arn:aws:iam::123456789012:group/administrators"`),
		"other partition":    trustFor(`"arn:aws-cn:iam::123456789012:root"`),
		"wildcard":           trustFor(`"arn:aws:iam::123456789012:user/*"`),
		"text":               trustFor(`"phoebe"`),
		"federated":          `{"Statement":{"Effect":"Allow","Principal":{"Federated":"x"},"Action":"sts:AssumeRole"}}`,
		"empty principal":    `{"Statement":{"Effect":"Allow","Principal":{},"Action":"sts:AssumeRole"}}`,
		"principal is a set": `{"Statement":{"Effect":"Allow","Principal":["*"],"Action":"sts:AssumeRole"}}`,
	} {
		if _, err := w.Account.AddRole("r", trust); err == nil {
			t.Errorf("trust policy with %s: taken", name)
		}
	}
}

func trustFor(principals string) string {
	return `{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":` + principals + `},"Action":"sts:AssumeRole"}}`
}

func TestConditions(t *testing.T) {
	context := map[string][]string{
		"aws:username": {"phoebe"}, "aws:multifactorauthpresent": {"true"}, "aws:multifactorauthage": {"300"},
		"aws:tokenissuetime": {"2026-11-21T22:00:00Z"}, "aws:principalarn": {"arn:aws:iam::123456789012:user/phoebe"},
		"aws:tagkeys": {"team", "cost"}, "aws:epochtime": {"1795298400"}, "aws:requesttag/who": {"phoebe"},
	}
	for condition, want := range map[string]bool{
		`"Bool":{"aws:MultiFactorAuthPresent":"true"}`:                                         true,
		`"Bool":{"AWS:multifactorauthpresent":true}`:                                           true,
		`"Bool":{"aws:MultiFactorAuthPresent":"false"}`:                                        false,
		`"Bool":{"aws:SecureTransport":"false"}`:                                               false, // absent here
		`"BoolIfExists":{"aws:SecureTransport":"false"}`:                                       true,
		`"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}`:                                false,
		`"Null":{"aws:MultiFactorAuthAge":"false"}`:                                            true,
		`"Null":{"aws:MultiFactorAuthAge":"true"}`:                                             false,
		`"Null":{"sts:ExternalId":true}`:                                                       true,
		`"StringEquals":{"aws:username":["x","phoebe"]}`:                                       true,
		`"StringEquals":{"aws:username":"Phoebe"}`:                                             false,
		`"StringEquals":{"aws:username":"phoe*"}`:                                              false,
		`"StringEqualsIgnoreCase":{"aws:username":"Phoebe"}`:                                   true,
		`"StringNotEquals":{"aws:username":["x","phoebe"]}`:                                    false,
		`"StringNotEquals":{"aws:username":["x","y"]}`:                                         true,
		`"StringNotEquals":{"sts:ExternalId":"x"}`:                                             true, // absent
		`"StringEquals":{"sts:ExternalId":"x"}`:                                                false,
		`"StringEqualsIfExists":{"sts:ExternalId":"x"}`:                                        true,
		`"StringLike":{"aws:username":"ph?e*"}`:                                                true,
		`"StringLike":{"aws:username":"h*"}`:                                                   false,
		`"StringNotLike":{"aws:username":"ph*"}`:                                               false,
		`"StringEquals":{"aws:RequestTag/who":"${aws:username}"}`:                              true,
		`"StringEquals":{"aws:RequestTag/who":"${sts:ExternalId}"}`:                            false,
		`"NumericLessThan":{"aws:MultiFactorAuthAge":"301"}`:                                   true,
		`"NumericLessThan":{"aws:MultiFactorAuthAge":300}`:                                     false,
		`"NumericLessThanEquals":{"aws:MultiFactorAuthAge":"300"}`:                             true,
		`"NumericGreaterThan":{"aws:MultiFactorAuthAge":"300"}`:                                false,
		`"NumericGreaterThanEquals":{"aws:MultiFactorAuthAge":"300"}`:                          true,
		`"NumericLessThanIfExists":{"aws:MultiFactorAuthAge":"10"}`:                            false,
		`"NumericNotEquals":{"aws:MultiFactorAuthAge":"300"}`:                                  false,
		`"DateLessThan":{"aws:TokenIssueTime":"2026-11-21T22:00:01Z"}`:                         true,
		`"DateLessThan":{"aws:TokenIssueTime":"2026-11-21T22:00:00Z"}`:                         false,
		`"DateLessThan":{"aws:TokenIssueTime":"2026-11-22"}`:                                   true,
		`"DateGreaterThan":{"aws:TokenIssueTime":"2026-11-21T21:59:59.5Z"}`:                    true,
		`"DateGreaterThanEquals":{"aws:TokenIssueTime":"1795298400"}`:                          true,
		`"DateLessThan":{"aws:CurrentTime":"2030-01-01T00:00:00Z"}`:                            false, // absent here
		`"ArnEquals":{"aws:PrincipalArn":"arn:aws:iam::*:user/phoebe"}`:                        true,
		`"ArnLike":{"aws:PrincipalArn":"arn:*:*:*:*:*phoebe"}`:                                 true,
		`"ArnLike":{"aws:PrincipalArn":"arn:*:*:*:*:phoebe"}`:                                  false, // not over colons
		`"ArnNotLike":{"aws:PrincipalArn":"arn:aws:iam::*:user/*"}`:                            false,
		`"ForAllValues:StringEquals":{"aws:TagKeys":["team","cost","x"]}`:                      true,
		`"ForAllValues:StringEquals":{"aws:TagKeys":["team"]}`:                                 false,
		`"ForAllValues:StringEquals":{"sts:TransitiveTagKeys":["team"]}`:                       true, // absent
		`"ForAnyValue:StringEquals":{"aws:TagKeys":["team"]}`:                                  true,
		`"ForAnyValue:StringEquals":{"aws:TagKeys":["x"]}`:                                     false,
		`"StringEquals":{"aws:username":"phoebe"},"Bool":{"aws:MultiFactorAuthPresent":false}`: false,
	} {
		doc, err := parsePolicy(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{`+condition+`}}}`, identityPolicy, New())
		if err != nil {
			t.Errorf("%s: %v", condition, err)
			continue
		}
		q := &question{action: "sts:AssumeRole", resource: "x", context: context}
		if got := q.ask([]*document{doc}) == allowed; got != want {
			t.Errorf("%s: %v", condition, got)
		}
	}
}

func TestActionsAndResources(t *testing.T) {
	const role = "arn:aws:iam::123456789012:role/team/phoebe"
	for statement, want := range map[string]verdict{
		`"Action":"STS:assumerole","Resource":"*"`:                                                   allowed,
		`"Action":"sts:Assume*","Resource":"arn:aws:iam::123456789012:role/*"`:                       allowed,
		`"Action":["s3:*","sts:AssumeRol?"],"Resource":"arn:aws:iam::*"`:                             allowed,
		`"Action":"sts:AssumeRole","Resource":"arn:aws:iam::123456789012:role/Team/*"`:               silent,
		`"Action":"sts:AssumeRole","Resource":"arn:aws:iam::123456789012:role/team/${aws:username}"`: allowed,
		`"Action":"sts:AssumeRoleWithSAML","Resource":"*"`:                                           silent,
		`"NotAction":"sts:AssumeRole","Resource":"*"`:                                                silent,
		`"NotAction":["s3:*"],"Resource":"*"`:                                                        allowed,
		`"Action":"*","NotResource":"arn:aws:iam::*:role/team/*"`:                                    silent,
		`"Action":"*","NotResource":"arn:aws:iam::*:role/other"`:                                     allowed,
	} {
		doc, err := parsePolicy(`{"Version":"2012-10-17","Statement":{"Effect":"Allow",`+statement+`}}`, identityPolicy, New())
		if err != nil {
			t.Errorf("%s: %v", statement, err)
			continue
		}
		q := &question{action: "sts:AssumeRole", resource: role, context: map[string][]string{"aws:username": {"phoebe"}}}
		if got := q.ask([]*document{doc}); got != want {
			t.Errorf("%s: %v", statement, got)
		}
	}
	if !literalPattern("a*"+strings.Repeat("*b", 40)).match("a"+strings.Repeat("b", 4000), nil) {
		t.Error("many stars")
	}
}

// Who may assume a role, by what its trust policy says and by what the
// caller's own policies say.
func TestTrustAndIdentity(t *testing.T) {
	const none, allow, deny = "", "Allow", "Deny"
	const home, abroad = "123456789012", "210987654321"
	const me = `"arn:aws:iam::123456789012:user/me"`
	const conditional = `{"Statement":[{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"},` +
		`{"Effect":"Deny","Principal":{"AWS":"123456789012"},"Action":"sts:*","Condition":{"StringLike":{"sts:RoleSessionName":"bad*"}}}]}`
	tests := []struct {
		account, trust, identity string
		session                  string
		want                     bool
	}{
		{home, trustFor(me), none, "ok", true},
		{home, trustFor(me), deny, "ok", false},
		{home, trustFor(`"*"`), none, "ok", true},
		{home, trustFor(`"123456789012"`), none, "ok", false},
		{home, trustFor(`"123456789012"`), allow, "ok", true},
		{home, trustFor(`"arn:aws:iam::123456789012:root"`), none, "ok", false},
		{home, trustFor(`"arn:aws:iam::123456789012:root"`), allow, "ok", true},
		{home, trustFor(`["210987654321",` + me + `]`), none, "ok", true},
		{home, trustFor(`"210987654321"`), allow, "ok", false},
		{home, trustFor(`"arn:aws:iam::123456789012:user/phoebe"`), allow, "ok", false},
		{home, conditional, none, "ok", true},
		{home, conditional, allow, "bad-name", false},
		{abroad, trustFor(me), none, "ok", false},
		{abroad, trustFor(me), allow, "ok", true},
		{abroad, trustFor(`"123456789012"`), allow, "ok", true},
		{abroad, trustFor(`"210987654321"`), allow, "ok", false},
		{abroad, trustFor(`"*"`), none, "ok", false},
		{home, `{"Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}`, allow, "ok", false},
	}
	for i, tt := range tests {
		w := NewStandard()
		u := w.Account.AddUser("me")
		w.Server.AddAccount(abroad)
		role, err := w.Server.AddAccount(tt.account).AddRole("r", tt.trust)
		if err != nil {
			t.Fatal(err)
		}
		if tt.identity != none {
			policy := fmt.Sprintf(`{"Version":"2012-10-17","Statement":{"Effect":%q,"Action":"sts:AssumeRole","Resource":%q}}`, tt.identity, role.ARN())
			if err := u.PutPolicy("p", policy); err != nil {
				t.Fatal(err)
			}
		}
		got := clientOf(t, w.Server, u.AddAccessKey()).call("AssumeRole", "RoleArn", role.ARN(), "RoleSessionName", tt.session)
		if tt.want {
			if got.Status != 200 {
				t.Errorf("%d: %s %s", i, got.Code, got.Message)
			}
			continue
		}
		got.wantError(t, 403, "AccessDenied", "User: arn:aws:iam::123456789012:user/me is not authorized to perform: sts:AssumeRole on resource: "+role.ARN())
	}
}

func TestPrincipalIsBoundToTheEntityNotToItsName(t *testing.T) {
	w := NewStandard()
	old := w.Account.AddUser("me")
	role, err := w.Account.AddRole("r", trustFor(`"arn:aws:iam::123456789012:user/me"`))
	if err != nil {
		t.Fatal(err)
	}
	call := func(u *User) reply {
		return clientOf(t, w.Server, u.AddAccessKey()).call("AssumeRole", "RoleArn", role.ARN(), "RoleSessionName", "me")
	}
	call(old).wantOK(t)
	old.Delete()
	call(w.Account.AddUser("me")).wantError(t, 403, "AccessDenied", "")
}
