package signin

import (
	"net/url"
	"strings"
	"testing"

	"github.com/awsbroker/awsbroker/internal/credential"
)

func site(t *testing.T, partition string) Site {
	t.Helper()
	s, ok := SiteOf(partition)
	if !ok {
		t.Fatalf("no site of %s", partition)
	}
	return s
}

func TestPages(t *testing.T) {
	for _, c := range []struct{ partition, page, region, want string }{
		{"aws", "", "", "https://console.aws.amazon.com/console/home"},
		{"aws", "", "eu-west-1", "https://console.aws.amazon.com/console/home?region=eu-west-1"},
		{"aws", "s3", "", "https://console.aws.amazon.com/s3/home"},
		{"aws", "logs", "eu-west-1", "https://console.aws.amazon.com/cloudwatch/home?region=eu-west-1#logsV2:log-groups"},
		{"aws", "amplify", "eu-west-1", "https://console.aws.amazon.com/amplify/home?region=eu-west-1"},
		{"aws", "/ec2/home?region=us-west-2#Instances:", "eu-west-1", "https://console.aws.amazon.com/ec2/home?region=us-west-2#Instances:"},
		{"aws", "//evil.test/x", "", "https://console.aws.amazon.com/evil.test/x"},
		{"aws", `/\evil.test/x`, "", "https://console.aws.amazon.com/evil.test/x"},
		{"aws", "@evil.test/x", "", "https://console.aws.amazon.com/@evil.test/x"},
		{"aws-cn", "ec2", "cn-north-1", "https://console.amazonaws.cn/ec2/home?region=cn-north-1"},
		{"aws-us-gov", "vpc", "us-gov-west-1", "https://console.amazonaws-us-gov.com/vpcconsole/home?region=us-gov-west-1"},
		{"aws-eusc", "iam", "", "https://console.amazonaws-eusc.eu/iam/home"},
		{"aws", "https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#Instances:", "us-east-1", "https://eu-west-1.console.aws.amazon.com/ec2/home?region=eu-west-1#Instances:"},
		{"aws", "https://Console.AWS.amazon.com/s3", "", "https://Console.AWS.amazon.com/s3"},
	} {
		if got, err := site(t, c.partition).Page(c.page, c.region); got != c.want || err != nil {
			t.Errorf("%s %q %s: %s (%v), want %s", c.partition, c.page, c.region, got, err, c.want)
		}
	}
}

func TestOtherHostsAreNoPages(t *testing.T) {
	s := site(t, "aws")
	for _, page := range []string{
		"https://evil.test/", "https://console.aws.amazon.com.evil.test/", "https://evilconsole.aws.amazon.com/", "http://console.aws.amazon.com/",
		"https://console.aws.amazon.com@evil.test/", "https://me@console.aws.amazon.com/", "https://console.aws.amazon.com:8443/",
		"https://signin.aws.amazon.com/oauth", "https://aws.amazon.com/", "https://console.amazonaws.cn/", "javascript://console.aws.amazon.com/%0aalert(1)",
		"https://console.aws.amazon.com\\@evil.test/", "https:///s3", "https://console.aws.amazon.com./",
	} {
		if got, err := s.Page(page, ""); err == nil {
			t.Errorf("%q is taken: %s", page, got)
		}
	}
	if _, err := site(t, "aws-cn").Page("https://console.aws.amazon.com/", ""); err == nil || !strings.Contains(err.Error(), "another partition") {
		t.Errorf("the console of another partition: %v", err)
	}
}

func TestPageNames(t *testing.T) {
	for _, name := range PageNames() {
		if url, err := site(t, "aws").Page(name, ""); err != nil || url == "https://console.aws.amazon.com/"+name || !IsPage(name) {
			t.Errorf("%s: %s, %v", name, url, err)
		}
	}
	if IsPage("admin") || !IsPage("ec2/home") || !IsPage("https://x") {
		t.Error("IsPage is wrong")
	}
}

// TestLinks: what is inside of a link is escaped once for each link around it.
func TestLinks(t *testing.T) {
	s := site(t, "aws-us-gov")
	page := "https://console.amazonaws-us-gov.com/ec2/home?region=us-gov-west-1&x=1#Instances:"
	in := s.Link(credential.NewSecret("to+k/en="), page)
	out, err := url.Parse(s.SignOutFirst(in).Reveal())
	if err != nil || out.Host != "signin.amazonaws-us-gov.com" || out.Path != "/oauth" || out.Query().Get("Action") != "logout" || len(out.Query()) != 2 {
		t.Fatalf("sign out: %v %v", out, err)
	}
	back, err := url.Parse(out.Query().Get("redirect_uri"))
	if err != nil || back.Host != out.Host || back.Path != "/federation" {
		t.Fatalf("sign in: %v %v", back, err)
	}
	if q := back.Query(); q.Get("Action") != "login" || q.Get("SigninToken") != "to+k/en=" || q.Get("Destination") != page || len(q) != 3 {
		t.Errorf("sign in: %v", q)
	}
}

func TestSwitchRole(t *testing.T) {
	got := site(t, "aws-cn").SwitchRole(Role{Account: "123456789012", Name: "ops/admin-mfa", Display: "admin & co " + strings.Repeat("ü", 80), Color: "red"})
	u, err := url.Parse(got)
	if err != nil || u.Host != "signin.amazonaws.cn" || u.Path != "/switchrole" {
		t.Fatalf("%s %v", got, err)
	}
	q := u.Query()
	if q.Get("account") != "123456789012" || q.Get("roleName") != "ops/admin-mfa" || len([]rune(q.Get("displayName"))) != 64 || q.Get("color") != "F2B0A9" {
		t.Errorf("%v", q)
	}
}

func TestIsAWS(t *testing.T) {
	for base, want := range map[string]bool{
		"https://signin.aws.amazon.com": true, "https://eu-west-1.signin.aws.amazon.com": true,
		"http://signin.aws.amazon.com": false, "https://signin.aws.amazon.com.evil.test": false, "https://evilsignin.aws.amazon.com": false,
		"https://signin.amazonaws.cn": false, "http://127.0.0.1:4566": false, "https://signin.aws.amazon.com:8443": false,
	} {
		if got := (Site{Partition: "aws", SignIn: base}).IsAWS(); got != want {
			t.Errorf("%s: %v", base, got)
		}
	}
	if _, ok := SiteOf("aws-iso"); ok {
		t.Error("there is no way into the console of aws-iso")
	}
}
