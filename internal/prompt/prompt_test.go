package prompt

import (
	"strings"
	"testing"
)

func TestCode(t *testing.T) {
	for in, want := range map[string]string{
		"123456": "123456", " 123 456 \n": "123456", "000000": "000000",
		"12345": "", "1234567": "", "12345a": "", "": "", "１２３４５６": "", "-12345": "",
	} {
		code, ok := Code(in)
		if code != want || ok != (want != "") {
			t.Errorf("Code(%q) = %q, %v", in, code, ok)
		}
	}
}

func TestChildEnviron(t *testing.T) {
	got := ChildEnviron([]string{"HOME=/h", "AWS_PROFILE=p", "aws_secret_access_key=s", "AWSBROKER_FILE_PASSPHRASE=x", "_AWSBROKER_PROFILE_CHAIN=a", "PATH=/bin", "AWSX=1"})
	if strings.Join(got, " ") != "HOME=/h _AWSBROKER_PROFILE_CHAIN=a PATH=/bin AWSX=1" {
		t.Errorf("got %q", got)
	}
}
