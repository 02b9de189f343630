package policy

import "testing"

// TestWeighPolicy: what allows everything without MFA, and what denies what is
// done without it.
func TestWeighPolicy(t *testing.T) {
	const mfa = `"aws:MultiFactorAuthPresent"`
	for name, p := range map[string]struct {
		text          string
		admin, denied bool
	}{
		"everything":                     {`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"}]}`, true, false},
		"brackets left out":              {`{"Statement":{"Effect":"Allow","Action":["s3:*","*"],"Resource":["arn:aws:s3:::x","*"]}}`, true, false},
		"all of IAM":                     {`{"Statement":[{"Effect":"Allow","Action":"IAM:*","Resource":"*"}]}`, true, false},
		"the second statement":           {`{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"},{"Effect":"Allow","Action":"*","Resource":"*"}]}`, true, false},
		"one service":                    {`{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`, false, false},
		"one role":                       {`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"arn:aws:iam::123456789012:role/x"}]}`, false, false},
		"all but one service":            {`{"Statement":[{"Effect":"Allow","NotAction":"ec2:*","Resource":"*"}]}`, true, false},
		"all but IAM":                    {`{"Statement":[{"Effect":"Allow","NotAction":["iam:*","account:*"],"Resource":"*"}]}`, false, false},
		"on all but one thing":           {`{"Statement":[{"Effect":"Allow","Action":"*","NotResource":"arn:aws:s3:::x"}]}`, true, false},
		"on all of IAM":                  {`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"arn:aws:iam::*:*"}]}`, true, false},
		"all of IAM on itself":           {`{"Statement":[{"Effect":"Allow","Action":"iam:*","Resource":["arn:aws:s3:::x","arn:*:iam::123456789012:*"]}]}`, true, false},
		"on an ARN cut short":            {`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"arn:aws:iam:*"}]}`, true, false},
		"on all users":                   {`{"Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"arn:aws:iam::123456789012:user/*"}]}`, true, false},
		"on roles of one path":           {`{"Statement":[{"Effect":"Allow","Action":"iam:*","Resource":"arn:aws:iam::123456789012:role/app/*"}]}`, false, false},
		"on all of another service":      {`{"Statement":[{"Effect":"Allow","Action":"*","Resource":["arn:aws:s3:::*","arn:aws:sqs"]}]}`, false, false},
		"all but another service":        {`{"Statement":[{"Effect":"Allow","NotAction":"s3:*","Resource":"*"}]}`, true, false},
		"a denial where MFA has no age":  {`{"Statement":[{"Effect":"Deny","NotAction":"iam:*","Resource":"*","Condition":{"Null":{"aws:MultiFactorAuthAge":"true"}}}]}`, false, true},
		"with MFA":                       {`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{` + mfa + `:"true"}}}]}`, false, false},
		"with MFA, a truth value":        {`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"bool":{"AWS:multifactorauthpresent":[true]}}}]}`, false, false},
		"with recent MFA":                {`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"NumericLessThan":{"aws:MultiFactorAuthAge":3600}}}]}`, false, false},
		"with MFA if there is any":       {`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"BoolIfExists":{` + mfa + `:"true"}}}]}`, true, false},
		"if the request tells of MFA":    {`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Null":{` + mfa + `:"false"}}}]}`, true, false},
		"without MFA":                    {`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{` + mfa + `:"false"}}}]}`, true, false},
		"from one address":               {`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"IpAddress":{"aws:SourceIp":"192.0.2.1"}}}]}`, true, false},
		"MFA, and from one address":      {`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*","Condition":{"Bool":{` + mfa + `:"true"},"IpAddress":{"aws:SourceIp":["192.0.2.1"]}}}]}`, false, false},
		"a denial of what has no MFA":    {`{"Statement":[{"Effect":"Deny","NotAction":["iam:*","sts:GetSessionToken"],"Resource":"*","Condition":{"BoolIfExists":{` + mfa + `:"false"}}}]}`, false, true},
		"a denial that a key slips past": {`{"Statement":[{"Effect":"Deny","NotAction":"iam:*","Resource":"*","Condition":{"Bool":{` + mfa + `:"false"}}}]}`, false, false},
		"a denial of one service":        {`{"Statement":[{"Effect":"Deny","Action":"s3:*","Resource":"*","Condition":{"BoolIfExists":{` + mfa + `:"false"}}}]}`, false, false},
		"both":                           {`{"Statement":[{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"BoolIfExists":{` + mfa + `:false}}}]}`, true, true},
		"nothing":                        {`{}`, false, false},
		"no JSON":                        {`Allow *`, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			admin, denied := Weigh(p.text)
			if admin != p.admin || denied != p.denied {
				t.Errorf("got %v, %v of %s", admin, denied, p.text)
			}
		})
	}
}

// TestTrustDemand: the least that a role demands of people who assume it.
func TestTrustDemand(t *testing.T) {
	const person, service = `"Principal":{"AWS":"arn:aws:iam::123456789012:root"}`, `"Principal":{"Service":["ec2.amazonaws.com"]}`
	statement := func(principal, more string) string {
		return `{"Effect":"Allow",` + principal + `,"Action":"sts:AssumeRole"` + more + `}`
	}
	const bool, ifExistsOp = `,"Condition":{"Bool":{"aws:MultiFactorAuthPresent":"true"}}`, `,"Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"true"}}`
	for name, p := range map[string]struct {
		statements string
		want       Demand
	}{
		"MFA":                     {statement(person, bool), Demanded},
		"no condition":            {statement(person, ""), NotAsked},
		"if exists":               {statement(person, ifExistsOp), IfExists},
		"MFA of any age":          {statement(person, `,"Condition":{"Null":{"aws:MultiFactorAuthAge":"false"}}`), Demanded},
		"no MFA":                  {statement(person, `,"Condition":{"Null":{"aws:MultiFactorAuthAge":"true"}}`), NotAsked},
		"not of one age":          {statement(person, `,"Condition":{"NumericNotEquals":{"aws:MultiFactorAuthAge":"1"}}`), NotAsked},
		"MFA, as a text":          {statement(person, `,"Condition":{"StringEquals":{"aws:MultiFactorAuthPresent":"true"}}`), Demanded},
		"not MFA, as a text":      {statement(person, `,"Condition":{"StringEquals":{"aws:MultiFactorAuthPresent":"false"}}`), NotAsked},
		"as a text, if exists":    {statement(person, `,"Condition":{"StringEqualsIfExists":{"aws:MultiFactorAuthPresent":"true"}}`), IfExists},
		"anybody":                 {statement(`"Principal":"*"`, ""), NotAsked},
		"a service":               {statement(service, ""), Demanded},
		"a service and people":    {statement(service, "") + "," + statement(person, bool), Demanded},
		"one of two without":      {statement(person, bool) + "," + statement(`"Principal":{"AWS":["arn:aws:iam::222222222222:user/x"]}`, ""), NotAsked},
		"not to assume":           {`{"Effect":"Allow",` + person + `,"Action":"sts:TagSession"}`, Demanded},
		"to do everything":        {`{"Effect":"Allow",` + person + `,"Action":["sts:*"]}`, NotAsked},
		"a denial without MFA":    {statement(person, "") + `,{"Effect":"Deny",` + person + `,"Action":"sts:AssumeRole","Condition":{"BoolIfExists":{"aws:MultiFactorAuthPresent":"false"}}}`, Demanded},
		"a denial demands nobody": {`{"Effect":"Deny",` + person + `,"Action":"sts:AssumeRole"}`, Demanded},
	} {
		t.Run(name, func(t *testing.T) {
			if got := TrustDemand(`{"Version":"2012-10-17","Statement":[` + p.statements + `]}`); got != p.want {
				t.Errorf("got %d, want %d", got, p.want)
			}
		})
	}
}
