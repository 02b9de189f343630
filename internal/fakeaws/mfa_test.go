package fakeaws

import (
	"encoding/base32"
	"strings"
	"testing"
	"time"
)

// RFC 6238, appendix B, for SHA-1. The RFC shows eight digits, of which a
// device with six shows the last six.
func TestRFC6238Vectors(t *testing.T) {
	s := New()
	d := s.AddAccount("123456789012").AddUser("u").
		EnableMFASeed("u", base32.StdEncoding.EncodeToString([]byte("12345678901234567890")))
	for seconds, want := range map[int64]string{
		59: "94287082", 1111111109: "07081804", 1111111111: "14050471",
		1234567890: "89005924", 2000000000: "69279037", 20000000000: "65353130",
	} {
		if got := d.CodeAt(time.Unix(seconds, 0)); got != want[2:] {
			t.Errorf("at %d: %s, want %s", seconds, got, want[2:])
		}
		s.Freeze(time.Unix(seconds, 0))
		if got := d.Code(); got != want[2:] {
			t.Errorf("Code at %d: %s, want %s", seconds, got, want[2:])
		}
	}
}

func TestCodeIsAcceptedOnceWithinOneStep(t *testing.T) {
	w := NewStandard()
	now := time.Date(2026, 11, 21, 12, 0, 10, 0, time.UTC)
	w.Server.Freeze(now)
	c := clientOf(t, w.Server, w.Key)
	send := func(code string) reply {
		return c.call("GetSessionToken", "SerialNumber", w.Device.Serial, "TokenCode", code)
	}
	const wrong = "MultiFactorAuthentication failed with invalid MFA one time pass code. "
	for steps, accepted := range map[int]bool{-2: false, -1: true, 0: true, 1: true, 2: false} {
		code := w.Device.CodeAt(now.Add(time.Duration(steps) * totpStep))
		got := send(code)
		if accepted {
			got.wantOK(t)
		} else {
			got.wantError(t, 403, "AccessDenied", wrong)
		}
		send(code).wantError(t, 403, "AccessDenied", wrong)
	}
	if code, ok := w.Device.FreshCode(); ok {
		t.Errorf("fresh code %s after all three were used", code)
	}
	w.Device.RunAhead()
	code, ok := w.Device.FreshCode()
	if !ok {
		t.Fatal("no fresh code from a device that ran ahead")
	}
	send(code).wantOK(t)
	// Five codes sent twice, and that of two steps ahead once more.
	if n := len(w.Server.RepeatedCodes()); n != 6 {
		t.Errorf("%d repeated codes in the log, want 6", n)
	}
}

func TestMFARefusals(t *testing.T) {
	w := NewStandard()
	other := w.AddPerson("quentin")
	c := clientOf(t, w.Server, w.Key)
	const serial = "MultiFactorAuthentication failed, unable to validate MFA code.  Please verify your MFA serial number is valid and associated with this user."
	call := func(pairs ...string) reply {
		return c.call("AssumeRole", append([]string{"RoleArn", w.Role.ARN(), "RoleSessionName", "me"}, pairs...)...)
	}
	call("SerialNumber", other.Device.Serial, "TokenCode", other.Device.Code()).wantError(t, 403, "AccessDenied", serial)
	call("SerialNumber", "arn:aws:iam::123456789012:mfa/none", "TokenCode", "123456").wantError(t, 403, "AccessDenied", serial)
	call("SerialNumber", w.Device.Serial).wantError(t, 403, "AccessDenied", "must provide both")
	call("TokenCode", "123456").wantError(t, 403, "AccessDenied", "must provide both")
	call("SerialNumber", w.Device.Serial, "TokenCode", "12345").wantError(t, 400, "ValidationError", "Member must have length greater than or equal to 6")
	call("SerialNumber", w.Device.Serial, "TokenCode", "12345a").wantError(t, 400, "ValidationError", `Member must satisfy regular expression pattern: [\d]*`)
	call().wantError(t, 403, "AccessDenied", "User: arn:aws:iam::123456789012:user/phoebe is not authorized to perform: sts:AssumeRole on resource: arn:aws:iam::123456789012:role/admin-mfa")
	for _, logged := range w.Server.Calls("AssumeRole") {
		if _, there := logged.Params["TokenCode"]; there || strings.Contains(logged.Message, "12345a") {
			t.Errorf("the log has a code: %+v", logged)
		}
	}
	w.Device.Disable()
	call("SerialNumber", w.Device.Serial, "TokenCode", w.Device.Code()).wantError(t, 403, "AccessDenied", serial)
}
