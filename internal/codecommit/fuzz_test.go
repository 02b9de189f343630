package codecommit

import (
	"net/url"
	"strings"
	"testing"
)

// FuzzReadRequest: what Git sends comes back, whatever other lines are among it; no value
// gets into another key.
func FuzzReadRequest(f *testing.F) {
	f.Add("https", "git-codecommit.eu-central-1.amazonaws.com", "v1/repos/demo", "", "capability[]=authtype")
	f.Add("https", "h:443", "", "a=b", "wwwauth[]=Basic realm=\"x\"")
	f.Add("http", "\r", "=", "\xff", "password=x")
	f.Fuzz(func(t *testing.T, protocol, host, path, username, other string) {
		if strings.ContainsAny(protocol+host+path+username+other, "\n\r") || !strings.Contains(other, "=") || len(other)+len(host)+len(path) > 10_000 {
			return
		}
		switch key, _, _ := strings.Cut(other, "="); key {
		case "protocol", "host", "path", "username":
			return
		}
		want := Request{Protocol: protocol, Host: host, Path: path, Username: username}
		text := other + "\nprotocol=" + protocol + "\nhost=" + host + "\n" + other + "\npath=" + path + "\nusername=" + username + "\n"
		for _, more := range []string{"", "\n", "\nhost=evil.example\n"} { // what comes behind the empty line is nothing
			if got, err := ReadRequest(strings.NewReader(text + more)); err != nil || got != want {
				t.Fatalf("%+v %v of %q", got, err, text+more)
			}
		}
		if got, err := ReadRequest(strings.NewReader(text[:len(text)/2])); err == nil {
			for _, v := range [][2]string{{got.Protocol, protocol}, {got.Host, host}, {got.Path, path}, {got.Username, username}} {
				if !strings.HasPrefix(v[1], v[0]) {
					t.Errorf("half of it says %q for %q", v[0], v[1])
				}
			}
		}
	})
}

// FuzzParseHost: a host that gets a password is AWS's for whoever reads it as part of an
// address, and nothing else than a host.
func FuzzParseHost(f *testing.F) {
	for _, host := range []string{
		"git-codecommit.eu-central-1.amazonaws.com", "git-codecommit-fips.us-gov-west-1.amazonaws.com:443", "GIT-codecommit.cn-north-1.amazonaws.com.cn",
		"vpce-0123-abc.git-codecommit.us-east-1.vpce.amazonaws.com", "git-codecommit.eu-central-1.amazonaws.com@evil.example", "vpce-x/.git-codecommit.us-east-1.vpce.amazonaws.com",
		"git-codecommit.eu-central-1.amazonaws.com:x@evil.example",
	} {
		f.Add(host)
	}
	f.Fuzz(func(t *testing.T, host string) {
		h, ok := ParseHost(host)
		if !ok {
			return
		}
		u, err := url.Parse("https://" + h.Name + "/v1/repos/demo")
		if err != nil || u.Host != h.Name || u.User != nil || u.Path != "/v1/repos/demo" {
			t.Fatalf("%q: %q is read as %v, %v", host, h.Name, u, err)
		}
		if !strings.HasSuffix(h.Name, ".amazonaws.com") && !strings.HasSuffix(h.Name, ".amazonaws.com.cn") || !strings.Contains(h.Name, "git-codecommit") ||
			strings.Trim(h.Name, "abcdefghijklmnopqrstuvwxyz0123456789-.") != "" || !strings.EqualFold(host[:len(h.Name)], h.Name) {
			t.Errorf("%q is taken for CodeCommit: %+v", host, h)
		}
	})
}
