package failure_test

import (
	"bufio"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/awsbroker/awsbroker/internal/awsapi"
	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/iam"
	"github.com/awsbroker/awsbroker/internal/sts"
)

// Whatever an endpoint answers, whole, garbled or half, there is a complete session, key
// or device that stands in the answer, or one failure that people can read.

// canary stands where secrets do.
const canary = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

var assumed = "<AssumeRoleResponse><AssumeRoleResult><Credentials><AccessKeyId>ASIAIOSFODNN7EXAMPLE</AccessKeyId><SecretAccessKey>" + canary +
	"</SecretAccessKey><SessionToken>IQoJb3JpZ2luX2Vj</SessionToken><Expiration>2100-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>"

var refused = "<ErrorResponse><Error><Type>Sender</Type><Code>AccessDenied</Code><Message>User: x is not authorized</Message></Error><RequestId>x</RequestId></ErrorResponse>"

func answered(status, body string) string {
	return "HTTP/1.1 " + status + "\r\nDate: Fri, 27 Nov 2026 22:00:00 GMT\r\nContent-Type: text/xml\r\n\r\n" + body
}

func FuzzAnswerOfSTS(f *testing.F) {
	for _, raw := range []string{
		answered("200 OK", assumed), answered("200 OK", assumed[:200]), answered("200 OK", refused), answered("200 OK", "<html>Sign in to the hotel</html>"),
		answered("403 Forbidden", refused), answered("403 Forbidden", ""), answered("400 Bad Request", strings.Replace(refused, "AccessDenied", "SignatureDoesNotMatch", 1)),
		answered("400 Bad Request", strings.Replace(refused, "AccessDenied", "\x1b[2J", 1)), answered("500 x", refused), answered("302 Found\r\nLocation: http://127.0.0.1:1/", ""),
		answered("200 OK", strings.Replace(assumed, "2100", "1999", 1)), answered("200 OK", strings.Replace(assumed, "ASIA", "\nASIA", 1)),
		answered("200 OK\r\nContent-Length: 9", assumed), answered("200 OK\r\nTransfer-Encoding: chunked", "ff\r\n"+assumed), "", "HTTP/1.1 200", "SSH-2.0-OpenSSH_9.2\r\n",
	} {
		f.Add([]byte(raw))
	}
	server := answerWith(f)
	key := credential.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: credential.NewSecret("x")}
	mfa := sts.MFA{Serial: "arn:aws:iam::123456789012:mfa/phoebe", Code: credential.NewSecret("123456")}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if isInformed(raw) {
			return
		}
		server.raw.Store(&raw)
		client, err := sts.New(awsapi.Endpoint{Region: "eu-central-1", URL: server.url}) // whose clock has seen no date
		if err != nil {
			t.Fatal(err)
		}
		s, err := client.AssumeRole(t.Context(), key, sts.Role{ARN: "arn:aws:iam::123456789012:role/admin-mfa", SessionName: "phoebe"}, mfa)
		if err != nil {
			if s != (credential.Credentials{}) {
				t.Errorf("an error, and %+v", s)
			}
			checkFailure(t, failure.OfAWS(err, nil, true), raw)
			return
		}
		if left := time.Until(s.Expiration); !s.IsWellFormed() || !s.Temporary() || left <= 0 || left > time.Hour+2*time.Minute || s.AccountID != "123456789012" {
			t.Errorf("%+v, for %s, is given out", s, left)
		}
		checkStands(t, raw, map[string]string{"AccessKeyId": s.AccessKeyID, "SecretAccessKey": s.SecretAccessKey.Reveal(), "SessionToken": s.SessionToken.Reveal()})
	})
}

func FuzzAnswerOfIAM(f *testing.F) {
	made := "<CreateAccessKeyResponse><CreateAccessKeyResult><AccessKey><UserName>phoebe</UserName><AccessKeyId>AKIAIOSFODNN7EXAMPLE</AccessKeyId><Status>Active</Status><SecretAccessKey>" + canary +
		"</SecretAccessKey></AccessKey></CreateAccessKeyResult></CreateAccessKeyResponse>"
	listed := "<ListAccessKeysResponse><ListAccessKeysResult><IsTruncated>true</IsTruncated><Marker>m</Marker><AccessKeyMetadata><member><AccessKeyId>AKIAIOSFODNN7EXAMPLE</AccessKeyId><Status>Active</Status></member></AccessKeyMetadata></ListAccessKeysResult></ListAccessKeysResponse>"
	device := "<CreateVirtualMFADeviceResponse><CreateVirtualMFADeviceResult><VirtualMFADevice><SerialNumber>arn:aws:iam::123456789012:mfa/x</SerialNumber><Base32StringSeed>SkJTV1kzRFBFSFBLM1BYUAo=</Base32StringSeed></VirtualMFADevice></CreateVirtualMFADeviceResult></CreateVirtualMFADeviceResponse>"
	password := "<CreateServiceSpecificCredentialResponse><CreateServiceSpecificCredentialResult><ServiceSpecificCredential><ServiceUserName>phoebe-at-123456789012</ServiceUserName><ServicePassword>" + canary +
		"&#10;host=evil</ServicePassword><ServiceSpecificCredentialId>ACCAEXAMPLE</ServiceSpecificCredentialId></ServiceSpecificCredential></CreateServiceSpecificCredentialResult></CreateServiceSpecificCredentialResponse>"
	for _, body := range []string{made, made[:280], listed, device, password, refused, "<html>", ""} {
		f.Add([]byte(answered("200 OK", body)))
		f.Add([]byte(answered("403 Forbidden", body)))
	}
	server := answerWith(f)
	client, err := iam.New(awsapi.Endpoint{Region: "eu-central-1", URL: server.url}, credential.Credentials{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: credential.NewSecret("x")})
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		if isInformed(raw) {
			return
		}
		server.raw.Store(&raw)
		check := func(err error) bool {
			if err != nil {
				checkFailure(t, asFailure(t, failure.OfIAM(err, failure.IAMCall{})), raw)
			}
			return err == nil
		}
		if key, err := client.CreateKey(t.Context(), "phoebe"); check(err) {
			checkStands(t, raw, map[string]string{"AccessKeyId": key.AccessKeyID, "SecretAccessKey": key.SecretAccessKey.Reveal()})
		}
		if d, err := client.CreateVirtualMFADevice(t.Context(), "phoebe"); check(err) {
			checkStands(t, raw, map[string]string{"SerialNumber": d.Serial})
			checkStands(t, nil, map[string]string{"": d.Seed.Reveal()})
		}
		if c, pass, err := client.CreateServiceCredential(t.Context(), "phoebe", "codecommit.amazonaws.com"); check(err) {
			checkStands(t, raw, map[string]string{"ServiceUserName": c.Name, "ServicePassword": pass.Reveal()})
		}
		if strings.Contains(string(raw), "200 OK") && !strings.Contains(string(raw), "Code>") && !strings.Contains(string(raw), "IsTruncated>") { // others are asked for again
			_, err := client.Keys(t.Context(), "phoebe")
			check(err)
		}
	})
}

func asFailure(t *testing.T, err error) *failure.Error {
	t.Helper()
	var f *failure.Error
	if !errors.As(err, &f) {
		t.Fatalf("%v is no failure", err)
	}
	return f
}

// isInformed reports whether an answer begins with "HTTP/1.1 1xx", of which a client
// waits for the next.
func isInformed(raw []byte) bool { return strings.HasPrefix(string(raw), "HTTP/1.1 1") }

// checkFailure: one line, nothing that moves a cursor, no secret of the answer.
func checkFailure(t *testing.T, f *failure.Error, raw []byte) {
	t.Helper()
	if f.Reason != failure.Refused && f.Reason != failure.Unreachable && f.Reason != failure.NotFound {
		t.Errorf("reason %d for %q: %s", f.Reason, raw, f.Message)
	}
	for _, line := range append([]string{f.Message}, f.Hints...) {
		if line == "" || utf8.RuneCountInString(line) > 1500 || strings.ContainsFunc(line, func(r rune) bool { return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) }) {
			t.Errorf("%q is no line (of %q)", line, raw)
		}
		if _, body, ok := strings.Cut(string(raw), "\r\n\r\n"); ok && !strings.Contains(string(raw[:len(raw)-len(body)]), canary) && !strings.Contains(body, "Code>") && strings.Contains(line, canary) {
			t.Errorf("a secret is in %q", line)
		}
	}
}

// checkStands: texts are printable, and each is that of an element of the answer.
func checkStands(t *testing.T, raw []byte, texts map[string]string) {
	t.Helper()
	have := elements(raw)
	for element, text := range texts {
		if !credential.IsGraphic(text) {
			t.Errorf("%s: %q", element, text)
		}
		if raw != nil && !have[element+"="+text] {
			t.Errorf("%s %q is not in %q", element, text, raw)
		}
	}
}

// elements of an answer with their texts, NAME=TEXT.
func elements(raw []byte) map[string]bool {
	have := map[string]bool{}
	r, err := http.ReadResponse(bufio.NewReader(strings.NewReader(string(raw))), nil)
	if err != nil {
		return have
	}
	d, open := xml.NewDecoder(r.Body), ""
	text := ""
	for {
		token, err := d.Token()
		if err != nil {
			return have
		}
		switch x := token.(type) {
		case xml.StartElement:
			open, text = x.Name.Local, ""
		case xml.CharData:
			text += string(x)
		case xml.EndElement:
			have[open+"="+text] = true
			open, text = "", ""
		}
	}
}

// endpoint answers every request with the same bytes and closes the connection.
type endpoint struct {
	url string
	raw atomic.Pointer[[]byte]
}

func answerWith(f *testing.F) *endpoint {
	f.Helper()
	for _, v := range []string{"HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"} {
		f.Setenv(v, "")
	}
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		f.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	f.Cleanup(func() { cancel(); l.Close() })
	e := &endpoint{url: "http://" + l.Addr().String()}
	go func() {
		for ctx.Err() == nil {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go e.answer(c)
		}
	}()
	return e
}

func (e *endpoint) answer(c net.Conn) {
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	if r, err := http.ReadRequest(bufio.NewReader(c)); err == nil {
		_, _ = io.Copy(io.Discard, r.Body)
	}
	_, _ = c.Write(*e.raw.Load())
}
