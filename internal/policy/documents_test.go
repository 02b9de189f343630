package policy

import (
	"strings"
	"testing"
)

func TestSamePolicy(t *testing.T) {
	ours := TrustWithMFA("aws", "123456789012")
	for document, same := range map[string]bool{
		ours: true,
		// As the console writes it, and as IAM gives it back.
		`{"Version":"2012-10-17","Statement":{"Sid":"A","Effect":"Allow","Principal":{"AWS":["arn:aws:iam::123456789012:root"]},"Action":["sts:AssumeRole"],` +
			`"Condition":{"Bool":{"aws:MultiFactorAuthPresent":true}}}}`: true,
		`{"Statement":[{"Condition":{"Bool":{"aws:multifactorauthpresent":["true"]}},"Action":"sts:AssumeRole","Principal":{"AWS":"123456789012"},"Effect":"Allow"}],"Version":"2012-10-17"}`: true,
		strings.Replace(ours, "Bool", "BoolIfExists", 1):     false,
		strings.Replace(ours, "true", "false", 1):            false,
		strings.Replace(ours, "123456789012", "*", 1):        false,
		strings.Replace(ours, "2012-10-17", "2008-10-17", 1): false,
		strings.Replace(ours, "sts:AssumeRole", "sts:*", 1):  false,
		strings.Replace(ours, `"Effect":"Allow",`, ``, 1):    false,
		strings.Replace(ours, `"AWS":"arn:aws:iam::123456789012:root"`, `"AWS":["123456789012","arn:aws:iam::123456789012:root"]`, 1): true,
		TrustWithMFA("aws", "999999999999"):       false,
		`{"Version":"2012-10-17","Statement":[]}`: false,
		`no policy`: false,
		strings.Replace(ours, "[{", `[{"Effect":"Deny"},{`, 1): false,
	} {
		if Same(document, ours) != same {
			t.Errorf("same as ours: %v, which it should not be:\n%s", !same, document)
		}
	}
	several := `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["b:B","a:A"],"Resource":"*"},{"Effect":"Deny","Action":"c:C","Resource":"*"}]}`
	turned := `{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"c:C","Resource":["*"]},{"Effect":"Allow","Resource":"*","Action":["a:A","b:B"]}]}`
	if !Same(several, turned) {
		t.Error("the order makes a difference")
	}
}

func TestAmountsToAdministrator(t *testing.T) {
	statement := func(rest string) string {
		return `{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:ListAllMyBuckets","Resource":"*"},` + rest + `]}`
	}
	for rest, does := range map[string]bool{
		`{"Effect":"Allow","Action":"*","Resource":"*"}`:                                                                    true,
		`{"Effect":"Allow","Action":["ec2:*","*:*"],"Resource":["*"]}`:                                                      true,
		`{"Effect":"Allow","Action":"IAM:*","Resource":"*"}`:                                                                true,
		`{"Effect":"Allow","NotAction":"ec2:*","Resource":"*"}`:                                                             true,
		`{"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::mine"}`:                                                 true,
		`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.0/24"}}}`:          true,
		`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"true"}}}`: true,
		`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}}`:         false,
		`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":true}}}`:           false,
		`{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"NumericLessThan":{"aws:MultiFactorAuthAge":3600}}}`:    false,
		`{"Effect":"Allow","NotAction":["iam:*","organizations:*"],"Resource":"*"}`:                                         false, // PowerUserAccess
		`{"Effect":"Deny","Action":"*","Resource":"*"}`:                                                                     false,
		`{"Effect":"Allow","Action":"*","Resource":"arn:aws:s3:::mine"}`:                                                    false,
		`{"Effect":"Allow","Action":"sts:AssumeRole","Resource":"*"}`:                                                       false,
	} {
		document := statement(rest)
		if AlwaysAdmin(document) != does {
			t.Errorf("%v, which is wrong: %s", !does, rest)
		}
		left := WithoutAlwaysAdmin(document)
		if AlwaysAdmin(left) || !strings.Contains(left, "s3:ListAllMyBuckets") {
			t.Errorf("%s leaves %s", rest, left)
		}
		if does && WithoutAlwaysAdmin(`{"Version":"2012-10-17","Statement":`+rest+`}`) != "" {
			t.Errorf("%s leaves something", rest)
		}
	}
}

// A denial makes less of a role; what revoke puts on one does not.
func TestDenies(t *testing.T) {
	for document, does := range map[string]bool{
		`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`:                                                                                  false,
		`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"iam:*","Resource":"*"}]}`:                                true,
		`{"Statement":{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"StringNotEquals":{"aws:RequestedRegion":"eu-central-1"}}}}`:              true,
		`{"Statement":[{"Effect":"Deny","Action":["*"],"Resource":["*"],"Condition":{"DateLessThan":{"aws:TokenIssueTime":"2026-01-01T00:00:00Z"}}}]}`:    false,
		`{"Statement":[{"Effect":"Deny","Action":["*"],"Resource":["*"],"Condition":{"DateGreaterThan":{"aws:TokenIssueTime":"2026-01-01T00:00:00Z"}}}]}`: true,
		`{"Statement":[{"Effect":"Deny","Action":["*"],"Resource":["*"],"Condition":{"dateLessThan":{"aws:tokenissuetime":"2026-01-01T00:00:00Z"}}}]}`:    false,
	} {
		if Denies(document) != does {
			t.Errorf("%v, which is wrong: %s", !does, document)
		}
	}
}
