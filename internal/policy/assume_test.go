package policy

import (
	"slices"
	"testing"
)

const adminRole = "arn:aws:iam::123456789012:role/admin-mfa"

func TestAllowsAnyRole(t *testing.T) {
	for statements, want := range map[string]bool{
		`{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}`:                                        true,
		`{"Effect":"Allow","Action":"sts:*","Resource":"arn:aws:iam::*:role/admin-*"}`:                       true,
		`{"Effect":"Allow","Action":["s3:*","STS:assume*"],"Resource":["arn:aws:iam::123456789012:role/*"]}`: true,
		// PowerUserAccess
		`{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"}`:                                                 true,
		`{"Effect":"Allow","Action":"sts:AssumeRole","NotResource":"arn:aws:iam::123456789012:role/other"}`:                                     true,
		`{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"` + adminRole + `"}`:                                                           false, // by name: asked for
		`{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"arn:aws:iam::123456789012:role/dev-*"}`:                                        false,
		`{"Effect":"Allow","Action":"sts:GetCallerIdentity","Resource":"*"}`:                                                                    false,
		`{"Effect":"Allow","NotAction":"sts:*","Resource":"*"}`:                                                                                 false,
		`{"Effect":"Allow","Action":"sts:AssumeRole","NotResource":"` + adminRole + `"}`:                                                        false,
		`{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"sts:AssumeRole","Resource":"*"}`:                             false,
		`{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"sts:*","Resource":"*","Condition":{"Bool":{"a:b":"false"}}}`: true,
		`{"Effect":"Deny","Action":"*","Resource":"*"}`:                                                                                         false,
	} {
		if got := AllowsAnyRole(`{"Version":"2012-10-17","Statement":[`+statements+`]}`, adminRole); got != want {
			t.Errorf("%v: %s", got, statements)
		}
	}
}

func TestTrustByName(t *testing.T) {
	const account = "123456789012"
	users := []string{"arn:aws:iam::123456789012:user/phoebe", "arn:aws:iam::123456789012:user/staff/rory"}
	named := TrustWithMFA("aws", account, users...)
	if got := TrustedUsers("aws", account, named); !slices.Equal(got, users) {
		t.Errorf("named: %q", got)
	}
	wide := TrustWithMFA("aws", account)
	for document, want := range map[string]bool{
		named: false, wide: true, "no policy": false,
		`{"Statement":{"Effect":"Allow","Principal":"*","Action":"sts:AssumeRole"}}`:                                                                                                  true,
		`{"Statement":{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole","Condition":{"ArnNotEquals":{"aws:PrincipalArn":"x"}}}}`:                         true,
		`{"Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:user/phoebe"},"Action":"sts:AssumeRole"}}`:                                                      false,
		`{"Statement":{"Effect":"Allow","Principal":{"Service":"ec2.amazonaws.com"},"Action":"sts:AssumeRole"}}`:                                                                      false,
		`{"Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::123456789012:root"},"Action":"sts:AssumeRole","Condition":{"StringEquals":{"aws:PrincipalTag/a":"admin"}}}}`: false,
		trustIf(`"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::123456789012:user/*"}`):                                                                                                  true,
		trustIf(`"ArnLike":{"aws:PrincipalArn":["arn:aws:iam::123456789012:user/phoebe","arn:aws:iam::*:*"]}`):                                                                        true,
		trustIf(`"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::123456789012:user/admins/*"}`):                                                                                           false,
		trustIf(`"ArnLike":{"aws:PrincipalArn":"arn:aws:iam::123456789012:role/aws-reserved/*/AdministratorA*"}`):                                                                     false,
		trustIf(`"StringLike":{"aws:username":"*"}`):                                                                                                                                  true,
		trustIf(`"StringEqualsIfExists":{"aws:PrincipalTag/a":"admin"}`):                                                                                                              true,
		trustIf(`"Null":{"aws:username":"false"}`):                                                                                                                                    true,
	} {
		if got := TrustsAccount(document); got != want {
			t.Errorf("trusts the account: %v: %s", got, document)
		}
		if document != named && TrustedUsers("aws", account, document) != nil {
			t.Errorf("names users: %s", document)
		}
	}
}

// trustIf is trust in the account, under a condition.
func trustIf(condition string) string {
	return `{"Statement":{"Effect":"Allow","Principal":{"AWS":"123456789012"},"Action":"sts:AssumeRole","Condition":{` + condition + `}}}`
}
