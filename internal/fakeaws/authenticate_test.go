package fakeaws

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws/sigv4"
)

func TestAuthentication(t *testing.T) {
	w := NewStandard()
	now := time.Date(2026, 11, 21, 22, 15, 0, 0, time.UTC)
	w.Server.Freeze(now)
	good := clientOf(t, w.Server, w.Key)
	inactive, deleted := w.User.AddAccessKey(), w.User.AddAccessKey()
	inactive.Deactivate()
	deleted.Delete()
	first := good.assume(w)
	other := good.call("GetSessionToken")

	const badSignature = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method. Consult the service documentation for details."
	tests := []struct {
		name   string
		bend   func(c *client)
		status int
		code   string
		text   string
	}{
		{"good", func(c *client) {}, 200, "", ""},
		{"session", func(c *client) { *c = c.session(first.Assumed) }, 200, "", ""},
		{"unsigned", func(c *client) { c.id = "" }, 403, "MissingAuthenticationToken", "Request is missing Authentication Token"},
		{"wrong secret", func(c *client) { c.secret += "x" }, 403, "SignatureDoesNotMatch", badSignature},
		{"body changed", func(c *client) {
			c.before = func(r *http.Request) { r.Header.Set("X-Note", "1") }
			c.after = func(r *http.Request) { r.Header.Set("X-Note", "2") }
		}, 403, "SignatureDoesNotMatch", badSignature},
		{"other host", func(c *client) { c.after = func(r *http.Request) { r.Host = "evil.example" } }, 403, "SignatureDoesNotMatch", badSignature},
		{"unknown key", func(c *client) { c.id = "AKIAUNKNOWNUNKNOWN00" }, 403, "InvalidClientTokenId", "The security token included in the request is invalid"},
		{"inactive key", func(c *client) { c.id, c.secret = inactive.ID, inactive.Secret }, 403, "InvalidClientTokenId", ""},
		{"deleted key", func(c *client) { c.id, c.secret = deleted.ID, deleted.Secret }, 403, "InvalidClientTokenId", ""},
		{"key with a token", func(c *client) { c.token = first.Assumed.SessionToken }, 403, "InvalidClientTokenId", ""},
		{"session without its token", func(c *client) { *c = c.session(first.Assumed); c.token = "" }, 403, "InvalidClientTokenId", ""},
		{"token of another session", func(c *client) { *c = c.session(first.Assumed); c.token = other.Session.SessionToken }, 403, "InvalidClientTokenId", ""},
		{"token not signed", func(c *client) {
			token := first.Assumed.SessionToken
			*c = c.session(first.Assumed)
			c.token = ""
			c.after = func(r *http.Request) { r.Header.Set("X-Amz-Security-Token", token) }
		}, 403, "SignatureDoesNotMatch", "'x-amz-security-token' must be a 'SignedHeader'"},
		{"x-amz header not signed", func(c *client) { c.after = func(r *http.Request) { r.Header.Set("X-Amz-Extra", "1") } }, 403, "SignatureDoesNotMatch", "'x-amz-extra' must be"},
		{"clock behind", func(c *client) { c.at = now.Add(-17*time.Minute - 8*time.Second) }, 403, "SignatureDoesNotMatch",
			"Signature expired: 20261121T215752Z is now earlier than 20261121T220000Z (20261121T221500Z - 15 min.)"},
		{"clock ahead", func(c *client) { c.at = now.Add(20 * time.Minute) }, 403, "SignatureDoesNotMatch",
			"Signature not yet current: 20261121T223500Z is still later than 20261121T223000Z (20261121T221500Z + 15 min.)"},
		{"clock just right", func(c *client) { c.at = now.Add(-15 * time.Minute) }, 200, "", ""},
		{"no region", func(c *client) { c.region = "mars-north-1" }, 403, "SignatureDoesNotMatch", "Credential should be scoped to a valid region."},
		{"region of another endpoint", func(c *client) {
			c.before = func(r *http.Request) { r.Host = "sts.us-west-2.amazonaws.com" }
		}, 403, "SignatureDoesNotMatch", "Credential should be scoped to a valid region."},
		{"region of another partition", func(c *client) { c.region = "cn-north-1" }, 403, "InvalidClientTokenId", ""},
		{"other service", func(c *client) {
			c.after = replaceAuthorization("/sts/", "/iam/")
		}, 403, "SignatureDoesNotMatch", "Credential should be scoped to correct service: 'sts'."},
		{"terminator", func(c *client) { c.after = replaceAuthorization("aws4_request", "aws5_request") }, 403, "SignatureDoesNotMatch", "valid terminator"},
		{"date of scope", func(c *client) { c.after = replaceAuthorization("/20261121/", "/20261120/") }, 403, "SignatureDoesNotMatch", "Date in Credential scope does not match YYYYMMDD"},
		{"short scope", func(c *client) { c.after = replaceAuthorization("/aws4_request", "") }, 400, "IncompleteSignature", "exactly 5 slash-delimited"},
		{"no signature", func(c *client) { c.after = replaceAuthorization("Signature=", "Signature=,x=") }, 400, "IncompleteSignature", ""},
		{"no equal sign", func(c *client) { c.after = replaceAuthorization("Signature=", "Signature,") }, 400, "IncompleteSignature", "missing equal-sign"},
		{"other algorithm", func(c *client) { c.after = replaceAuthorization("AWS4-HMAC-SHA256", "AWS3") }, 400, "IncompleteSignature", "Unsupported AWS 'algorithm'"},
		{"host not signed", func(c *client) { c.after = replaceAuthorization(";host;", ";") }, 403, "SignatureDoesNotMatch", "'host' must be a 'SignedHeader'"},
		{"no date", func(c *client) { c.after = func(r *http.Request) { r.Header.Del("X-Amz-Date") } }, 400, "IncompleteSignature", "existence of either a 'X-Amz-Date' or a 'Date' header"},
		{"payload hash", func(c *client) {
			c.before = func(r *http.Request) { r.Header.Set("X-Amz-Content-Sha256", sigv4.Hash([]byte("other"))) }
		}, 403, "SignatureDoesNotMatch", "x-amz-content-sha256"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := good
			c.t = t
			tt.bend(&c)
			got := c.call("GetCallerIdentity")
			if tt.code == "" {
				got.wantOK(t)
				return
			}
			got.wantError(t, tt.status, tt.code, tt.text)
			if got.Type != "Sender" || got.XMLName.Space != "https://sts.amazonaws.com/doc/2011-06-15/" || got.Header.Get("x-amzn-RequestId") == "" {
				t.Errorf("form of the error: %+v", got)
			}
			if got.Header.Get("Date") != now.Format(http.TimeFormat) {
				t.Errorf("Date is %q", got.Header.Get("Date"))
			}
		})
	}
}

func replaceAuthorization(old, new string) func(*http.Request) {
	return func(r *http.Request) {
		r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), old, new, 1))
	}
}

func TestBodyIsSigned(t *testing.T) {
	w := NewStandard()
	c := clientOf(t, w.Server, w.Key)
	c.before = nil
	c.after = func(r *http.Request) { r.RequestURI = "/?Extra=1" }
	c.call("GetCallerIdentity").wantError(t, 403, "SignatureDoesNotMatch", "")
}

func TestSessionsExpire(t *testing.T) {
	w := NewStandard()
	c := clientOf(t, w.Server, w.Key)
	first := c.assume(w, "DurationSeconds", "900")
	first.wantOK(t)
	s := c.session(first.Assumed)
	w.Server.Advance(899 * time.Second)
	s.call("GetCallerIdentity").wantOK(t)
	w.Server.Advance(2 * time.Second)
	s.call("GetCallerIdentity").wantError(t, 403, "ExpiredToken", "The security token included in the request is expired")

	w.Server.SetSessionLife(3 * time.Second)
	short := c.assume(w)
	short.wantOK(t)
	ends, err := time.Parse(time.RFC3339, short.Assumed.Expiration)
	if left := ends.Sub(w.Server.Now()); err != nil || left > 3*time.Second || left < time.Second {
		t.Errorf("expiration %q, %v left, %v", short.Assumed.Expiration, left, err)
	}
	c.assume(w, "DurationSeconds", "43200").wantError(t, 400, "ValidationError", "MaxSessionDuration")
}

func TestRegionDisabled(t *testing.T) {
	w := NewStandard()
	w.Server.DisableRegion("me-south-1")
	c := clientOf(t, w.Server, w.Key)
	c.call("GetCallerIdentity").wantOK(t)
	c.region = "me-south-1"
	c.call("GetCallerIdentity").wantError(t, 403, "RegionDisabledException", "STS is not activated in this region for account:123456789012")
}
