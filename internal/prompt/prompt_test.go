package prompt

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"aws":                       "aws",
		"a\nb\tc\r":                 "a b c",
		"\x1b[2Jgone":               "\uFFFD[2Jgone",
		"a\x00b":                    "a\uFFFDb",
		"admin\u202Etxt.exe":        "admin\uFFFDtxt.exe",
		"zero\u200Bwidth":           "zero\uFFFDwidth",
		"\u2028line":                "\uFFFDline",
		"größe 測試":                  "größe 測試",
		"  spaces  ":                "spaces",
		"\u0085next":                "\uFFFDnext",
		"bad\xffutf":                "bad\uFFFDutf",
		strings.Repeat("x", 10_000): strings.Repeat("x", maxShown) + "…",
	} {
		got := Clean(in)
		if got != want {
			t.Errorf("Clean(%q) = %q, want %q", in, got, want)
		}
		if !utf8.ValidString(got) {
			t.Errorf("Clean(%q) is not UTF-8", in)
		}
	}
}

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
