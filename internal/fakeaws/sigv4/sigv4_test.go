package sigv4

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// vectors are AWS's published test suite for Signature Version 4: the signature
// of each request by AKIDEXAMPLE at 20150830T123600Z for us-east-1/service.
// https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_sigv-test-suite.html
func vectors() []struct{ name, method, uri, header, body, signature string } {
	const unreserved = "-._~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	return []struct{ name, method, uri, header, body, signature string }{
		{"get-vanilla", "GET", "/", "", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
		{"get-header-key-duplicate", "GET", "/", "My-Header1:value2\nMy-Header1:value2\nMy-Header1:value1", "", "c9d5ea9f3f72853aea855b47ea873832890dbdd183b4468f858259531a5138ea"},
		{"get-header-value-order", "GET", "/", "My-Header1:value4\nMy-Header1:value1\nMy-Header1:value3\nMy-Header1:value2", "", "08c7e5a9acfcfeb3ab6b2185e75ce8b1deb5e634ec47601a50643f830c755c01"},
		{"get-header-value-trim", "GET", "/", "My-Header1: value1\nMy-Header2: \"a   b   c\"", "", "acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736"},
		{"get-unreserved", "GET", "/" + unreserved, "", "", "07ef7494c76fa4850883e2b006601f940f8a34d404d0cfa977f52a65bbf5f24f"},
		{"get-utf8", "GET", "/ሴ", "", "", "8318018e0b0f223aa2bbf98705b62bb787dc9c0e678f255a891fd03141be5d85"},
		{"get-vanilla-empty-query-key", "GET", "/?Param1=value1", "", "", "a67d582fa61cc504c4bae71f336f98b97f1ea3c7a6bfe1b6e45aec72011b9aeb"},
		{"get-vanilla-query-order-key", "GET", "/?Param1=value2&Param1=Value1", "", "", "eedbc4e291e521cf13422ffca22be7d2eb8146eecf653089df300a15b2382bd1"},
		{"get-vanilla-query-order-key-case", "GET", "/?Param2=value2&Param1=value1", "", "", "b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500"},
		{"get-vanilla-query-order-value", "GET", "/?Param1=value2&Param1=value1", "", "", "5772eed61e12b33fae39ee5e7012498b51d56abc0abb7c60486157bd471c4694"},
		{"get-vanilla-query-unreserved", "GET", "/?" + unreserved + "=" + unreserved, "", "", "9c3e54bfcdf0b19771a7f523ee5669cdf59bc7cc0884027167c21bb143a40197"},
		{"get-vanilla-utf8-query", "GET", "/?ሴ=bar", "", "", "2cdec8eed098649ff3a119c94853b13c643bcf08f8b0a1d91e12c9027818dd04"},
		{"get-relative", "GET", "/example/..", "", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
		{"get-slash", "GET", "//", "", "", "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"},
		{"post-vanilla", "POST", "/", "", "", "5da7c1a2acd57cee7505fc6676e4e544621c30862966e37dddb68e92efbe5d6b"},
		{"post-header-key-sort", "POST", "/", "My-Header1:value1", "", "c5410059b04c1ee005303aed430f6e6645f61f4dc9e1461ec8f8916fdf18852c"},
		{"post-header-value-case", "POST", "/", "My-Header1:VALUE1", "", "cdbc9802e29d2942e5e10b5bccfdd67c5f22c7c4e8ae67b53629efa58b974b7d"},
		{"post-vanilla-query", "POST", "/?Param1=value1", "", "", "28038455d6de14eafc1f9222cf5aa6f1a96197d7deb8263271d420d138af7f11"},
		{"post-x-www-form-urlencoded", "POST", "/", "Content-Type:application/x-www-form-urlencoded", "Param1=value1", "ff11897932ad3f4e8b18135d722051e5ac45fc38421b1da7b9d196a0fe09473a"},
		{"post-x-www-form-urlencoded-parameters", "POST", "/", "Content-Type:application/x-www-form-urlencoded; charset=utf8", "Param1=value1", "1a72ec8f64bd914b0e42e42607c7fbce7fb2c7465f63e3092b3b0d39fa77a6fe"},
		{"post-sts-header-after", "POST", "/", "X-Amz-Security-Token:AQoDYXdzEPT//////////wEXAMPLEtc764bNrC9SAPBSM22wDOk4x4HIZ8j4FZTwdQWLWsKWHGBuFqwAeMicRXmxfpSPfIeoIYRqTflfKD8YUuwthAx7mSEI/qkPpKPi/kMcGdQrmGdeehM4IC1NtBmUpp2wUE8phUZampKsburEDy0KPkyQDYwT7WZ0wq5VSXDvp75YU9HFvlRd8Tx6q6fE8YQcHNVXAkiY9q6d+xo0rKwT38xVqr7ZD0u0iPPkUL64lIZbqBAz+scqKmlzm8FDrypNC9Yjc8fPOLn9FX9KSYvKTr4rvx3iSIlTJabIQwj2ICCR/oLxBA==", "", "85d96828115b5dc0cfc3bd16ad9e210dd772bbebba041836c64533a82be05ead"},
	}
}

func TestSigV4Vectors(t *testing.T) {
	const date, stamp = "20150830", "20150830T123600Z"
	for _, v := range vectors() {
		header := http.Header{"X-Amz-Date": {stamp}}
		signed := []string{"host", "x-amz-date"}
		if strings.HasPrefix(v.header, "X-Amz-Security") {
			signed = append(signed, "x-amz-security-token")
		}
		for _, line := range strings.Split(v.header, "\n") {
			if name, value, ok := strings.Cut(line, ":"); ok {
				header.Add(name, value)
			}
		}
		switch {
		case strings.HasPrefix(v.header, "Content-Type"):
			signed = []string{"content-type", "host", "x-amz-date"}
		case strings.Contains(v.header, "My-Header2"):
			signed = []string{"host", "my-header1", "my-header2", "x-amz-date"}
		case strings.Contains(v.header, "My-Header1"):
			signed = []string{"host", "my-header1", "x-amz-date"}
		}
		canonical := canonicalRequest(v.method, v.uri, "service", header, "example.amazonaws.com", signed, Hash([]byte(v.body)))
		toSign := stringToSign(canonical, stamp, date+"/us-east-1/service/aws4_request")
		got := sign("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY", date, "us-east-1", "service", toSign)
		if got != v.signature {
			t.Errorf("%s: signature %s of\n%s", v.name, got, canonical)
		}
	}
}

// The example of the S3 guide: paths of S3 are encoded once.
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
func TestSigV4OfS3(t *testing.T) {
	empty := Hash(nil)
	header := http.Header{"Range": {"bytes=0-9"}, "X-Amz-Content-Sha256": {empty}, "X-Amz-Date": {"20130524T000000Z"}}
	canonical := canonicalRequest("GET", "/test.txt", "s3", header, "examplebucket.s3.amazonaws.com",
		[]string{"host", "range", "x-amz-content-sha256", "x-amz-date"}, empty)
	got := sign("wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY", "20130524", "us-east-1", "s3",
		stringToSign(canonical, "20130524T000000Z", "20130524/us-east-1/s3/aws4_request"))
	if want := "f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41"; got != want {
		t.Errorf("got %s of\n%s", got, canonical)
	}
	if got := canonicalPath("/a%20b/%C3%BC", "s3"); got != "/a%20b/%C3%BC" {
		t.Errorf("path of s3: %s", got)
	}
	if got := canonicalPath("/a%20b/%C3%BC", "sts"); got != "/a%2520b/%25C3%25BC" {
		t.Errorf("path of sts: %s", got)
	}
	if got := canonicalQuery("a-b=1&a=2&a=1"); got != "a=1&a=2&a-b=1" {
		t.Errorf("query: %s", got)
	}
}

// TestVerify takes a published request as a server gets it, and one with each
// part of it changed.
func TestVerify(t *testing.T) {
	const secret = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"
	request := func() *http.Request {
		r := httptest.NewRequest("GET", "http://example.amazonaws.com/", nil)
		r.Header.Set("X-Amz-Date", "20150830T123600Z")
		r.Header.Set("Authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "+
			"SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")
		return r
	}
	verify := func(r *http.Request, body, secret string) bool {
		s, err := Parse(r)
		if err != nil {
			t.Fatal(err)
		}
		if s.AccessKeyID != "AKIDEXAMPLE" || s.Region != "us-east-1" || s.CheckScope("service") != nil || s.CheckSigned(r.Header) != nil {
			t.Errorf("read as %+v", s)
		}
		return s.Verify(r, []byte(body), secret) == nil
	}
	if !verify(request(), "", secret) {
		t.Error("a right signature is refused")
	}
	if verify(request(), "", secret+"x") || verify(request(), "x", secret) {
		t.Error("another key or body is taken")
	}
	for name, change := range map[string]func(*http.Request){
		"method": func(r *http.Request) { r.Method = "PUT" },
		"path":   func(r *http.Request) { r.RequestURI = "/x" },
		"query":  func(r *http.Request) { r.RequestURI = "/?a=b" },
		"host":   func(r *http.Request) { r.Host = "example.com" },
		"time":   func(r *http.Request) { r.Header.Set("X-Amz-Date", "20150830T123601Z") },
	} {
		r := request()
		if change(r); verify(r, "", secret) {
			t.Errorf("with another %s the signature is taken", name)
		}
	}
}
