package policy

import "testing"

func TestWeighSignIn(t *testing.T) {
	for statement, want := range map[string][2]bool{
		`{"Effect":"Allow","Action":["signin:AuthorizeOAuth2Access","signin:CreateOAuth2Token"],"Resource":"arn:aws:signin:*:*:oauth2/public-client/*"}`: {true, false},
		`{"Effect":"Allow","Action":"*","Resource":"*"}`:                                                               {true, false},
		`{"Effect":"Allow","Action":"SignIn:*","Resource":"*"}`:                                                        {true, false},
		`{"Effect":"Allow","NotAction":["iam:*","organizations:*","account:*"],"Resource":"*"}`:                        {true, false},
		`{"Effect":"Allow","NotAction":"signin:*","Resource":"*"}`:                                                     {false, false},
		`{"Effect":"Allow","Action":"signin:CreateOAuth2Token","Resource":"*"}`:                                        {false, false},
		`{"Effect":"Allow","Action":"s3:*","Resource":"*"}`:                                                            {false, false},
		`{"Effect":"Deny","Action":"signin:*","Resource":"*"}`:                                                         {false, true},
		`{"Effect":"Deny","Action":"signin:CreateOAuth2Token","Resource":"arn:aws:signin:*:*:oauth2/public-client/*"}`: {false, true},
		`{"Effect":"Deny","Action":"*","Resource":"*","Condition":{"Bool":{"aws:MultiFactorAuthPresent":"false"}}}`:    {false, false},
		`{"Effect":"Deny","Action":"*","Resource":"arn:aws:s3:::a*"}`:                                                  {false, false},
		`{"Effect":"Allow","Action":"*","Resource":"*"},{"Effect":"Deny","Action":"signin:*","Resource":"*"}`:          {true, true},
	} {
		allows, denies := WeighSignIn(`{"Version":"2012-10-17","Statement":[` + statement + `]}`)
		if got := [2]bool{allows, denies}; got != want {
			t.Errorf("%s: %v", statement, got)
		}
	}
	if allows, denies := WeighSignIn("{"); allows || denies {
		t.Error("what cannot be read allows nothing")
	}
}
