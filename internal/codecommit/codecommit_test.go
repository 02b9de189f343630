package codecommit

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/credential"
)

func TestParseHost(t *testing.T) {
	for host, want := range map[string]Host{
		"git-codecommit.eu-central-1.amazonaws.com":                        {"git-codecommit.eu-central-1.amazonaws.com", "eu-central-1", "aws"},
		"git-codecommit.eu-central-1.amazonaws.com:443":                    {"git-codecommit.eu-central-1.amazonaws.com", "eu-central-1", "aws"},
		"GIT-codecommit.eu-central-1.Amazonaws.com":                        {"git-codecommit.eu-central-1.amazonaws.com", "eu-central-1", "aws"},
		"git-codecommit-fips.us-gov-west-1.amazonaws.com":                  {"git-codecommit-fips.us-gov-west-1.amazonaws.com", "us-gov-west-1", "aws-us-gov"},
		"git-codecommit.cn-north-1.amazonaws.com.cn":                       {"git-codecommit.cn-north-1.amazonaws.com.cn", "cn-north-1", "aws-cn"},
		"vpce-0ab-1cd.git-codecommit.us-east-2.vpce.amazonaws.com":         {"vpce-0ab-1cd.git-codecommit.us-east-2.vpce.amazonaws.com", "us-east-2", "aws"},
		"vpce-0ab-1cd.git-codecommit.cn-northwest-1.vpce.amazonaws.com.cn": {"vpce-0ab-1cd.git-codecommit.cn-northwest-1.vpce.amazonaws.com.cn", "cn-northwest-1", "aws-cn"},
		"git-codecommit.eu-central-1.amazonaws.com:x@evil.example":         {},
		"git-codecommit.eu-central-1.amazonaws.com:443@evil.example":       {},
		"git-codecommit.eu-central-1.amazonaws.com:":                       {},
		"[git-codecommit.eu-central-1.amazonaws.com]:443":                  {},
		"":           {},
		"github.com": {},
		"git-codecommit.eu-central-1.amazonaws.com.evil.example":  {},
		"git-codecommit.eu-central-1.amazonaws.com.":              {},
		"evil-git-codecommit.eu-central-1.amazonaws.com":          {},
		"x.git-codecommit.eu-central-1.amazonaws.com":             {},
		"git-codecommit.evil.example/.eu-central-1.amazonaws.com": {},
		"git-codecommit.amazonaws.com":                            {},
		"git-codecommit.s3.amazonaws.com":                         {},
		"git-codecommit.eu-central-1.amazonaws.eu":                {},
		"git-codecommit.eu-central-1.xamazonaws.com":              {},
		"codecommit.eu-central-1.amazonaws.com":                   {},
		"vpce-1.git-codecommit.eu-central-1.amazonaws.com":        {},
		"vpce-1.s3.eu-central-1.vpce.amazonaws.com":               {},
		"vpce-x/.git-codecommit.us-east-1.vpce.amazonaws.com":     {},
		"vpce-x?.git-codecommit.us-east-1.vpce.amazonaws.com":     {},
		"vpce-x@y.git-codecommit.us-east-1.vpce.amazonaws.com":    {},
	} {
		if got, ok := ParseHost(host); got != want || ok != (want != Host{}) {
			t.Errorf("%q: %+v %v", host, got, ok)
		}
	}
}

func TestRepository(t *testing.T) {
	for path, want := range map[string]string{
		"v1/repos/demo": "demo", "/v1/repos/demo": "demo", "v1/repos/demo/info/lfs": "demo",
		"": "", "v1/repos/": "", "v2/repos/demo": "", "demo": "",
	} {
		if got := Repository(path); got != want {
			t.Errorf("%q: %q", path, got)
		}
	}
}

// TestSign holds the password against one that AWS's own helper made: AWS CLI 2.35.
func TestSign(t *testing.T) {
	h, _ := ParseHost("git-codecommit.eu-central-1.amazonaws.com")
	at := time.Date(2026, 11, 27, 8, 0, 0, 0, time.UTC)
	c := credential.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: credential.NewSecret("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY")}
	for _, path := range []string{"/v1/repos/demo", "v1/repos/demo"} {
		l := Sign(h, path, c, at.In(time.FixedZone("", 3600)))
		if got, want := l.Password.Reveal(), "20261127T080000Z344029e2d18f807303e67afa72b01bfe8bbff02415f13a3214a297b6bda68ea8"; got != want {
			t.Errorf("%s\nwant %s", got, want)
		}
		if l.Username.Reveal() != c.AccessKeyID || !l.Ends.Equal(at.Add(15*time.Minute)) {
			t.Errorf("%q until %s", l.Username.Reveal(), l.Ends)
		}
	}
	c.SessionToken, c.Expiration = credential.NewSecret("token/with+signs="), at.Add(5*time.Minute)
	l := Sign(h, "v1/repos/demo", c, at)
	var out bytes.Buffer
	if err := l.Write(&out); err != nil || !strings.HasPrefix(out.String(), "username=AKIAIOSFODNN7EXAMPLE%token/with+signs=\npassword=20261127T080000Z") ||
		!strings.HasSuffix(out.String(), "\npassword_expiry_utc=1795766640\n") {
		t.Errorf("%v %q", err, out.String())
	}
}

func TestReadRequest(t *testing.T) {
	q, err := ReadRequest(strings.NewReader("capability[]=authtype\nprotocol=https\nhost=h:1\npath=v1/repos/a=b\nwwwauth[]=Basic realm=\"x\"\nnew=1\nusername=u\n\nhost=other\n"))
	if want := (Request{"https", "h:1", "v1/repos/a=b", "u"}); err != nil || q != want {
		t.Errorf("%+v %v", q, err)
	}
	if _, err := ReadRequest(strings.NewReader("123456\n")); err == nil {
		t.Error("a line that is no setting")
	}
	if _, err := ReadRequest(strings.NewReader("path=" + strings.Repeat("x", 1<<20))); err == nil || !strings.Contains(err.Error(), "a line without an end") {
		t.Errorf("a line without an end: %v", err)
	}
}
