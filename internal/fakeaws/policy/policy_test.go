package policy

import (
	"strings"
	"testing"
)

func TestPolicyThatIsNotUnderstoodIsRefused(t *testing.T) {
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
		if _, err := Parse(policy, Identity, nil); err == nil {
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
		if _, err := Parse(trust, Trust, known); err == nil {
			t.Errorf("trust policy with %s: taken", name)
		}
	}
}

// known is an account with the user phoebe and the role admin in it.
func known(partition, account, kind, name string) string {
	if account != "123456789012" || partition != "" && partition != "aws" {
		return ""
	}
	return map[string]string{"root/": account, "user/team/phoebe": "AIDAPHOEBE", "role/admin": "AROAADMIN"}[kind+"/"+name]
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
		doc, err := Parse(`{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*","Condition":{`+condition+`}}}`, Identity, nil)
		if err != nil {
			t.Errorf("%s: %v", condition, err)
			continue
		}
		q := &Question{Action: "sts:AssumeRole", Resource: "x", context: context}
		if got := q.ask([]*Document{doc}) == allowed; got != want {
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
		doc, err := Parse(`{"Version":"2012-10-17","Statement":{"Effect":"Allow",`+statement+`}}`, Identity, nil)
		if err != nil {
			t.Errorf("%s: %v", statement, err)
			continue
		}
		q := &Question{Action: "sts:AssumeRole", Resource: role, context: map[string][]string{"aws:username": {"phoebe"}}}
		if got := q.ask([]*Document{doc}); got != want {
			t.Errorf("%s: %v", statement, got)
		}
	}
	if !literalPattern("a*"+strings.Repeat("*b", 40)).match("a"+strings.Repeat("b", 4000), nil) {
		t.Error("many stars")
	}
}
