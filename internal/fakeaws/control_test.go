package fakeaws

import (
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// control sends a request to the control API and returns status and body.
func control(s *Server, method, path, body string) (int, string) {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(method, controlPrefix+path, strings.NewReader(body)))
	return w.Code, strings.TrimSpace(w.Body.String())
}

func TestControl(t *testing.T) {
	w := NewStandard()
	s := w.Server
	s.Freeze(time.Now()) // so that the codes run out
	c := clientOf(t, s, w.Key)
	must := func(method, path, body string) string {
		t.Helper()
		status, text := control(s, method, path, body)
		if status != 200 {
			t.Fatalf("%s %s: %d %s", method, path, status, text)
		}
		return text
	}
	var info Info
	if err := json.Unmarshal([]byte(must("GET", "info", "")), &info); err != nil || info != w.Info() {
		t.Errorf("%+v %v", info, err)
	}
	code := must("GET", "code", "")
	c.call("GetSessionToken", "SerialNumber", info.MFASerial, "TokenCode", code).wantOK(t)
	for range 2 {
		next := must("GET", "code", "")
		if next == code {
			t.Error("the code was used")
		}
		c.call("GetSessionToken", "SerialNumber", info.MFASerial, "TokenCode", next).wantOK(t)
	}
	if status, _ := control(s, "GET", "code", ""); status != 503 {
		t.Errorf("%d with all codes used", status)
	}
	c.call("GetSessionToken", "SerialNumber", info.MFASerial, "TokenCode", must("GET", "code?advance=1", "")).wantOK(t)

	var calls struct{ Count int }
	if err := json.Unmarshal([]byte(must("GET", "calls?action=GetSessionToken", "")), &calls); err != nil || calls.Count != 4 {
		t.Errorf("%+v %v", calls, err)
	}
	must("POST", "reset-calls", "")
	must("POST", "fault?action=GetCallerIdentity&kind=error&status=409&code=Odd&nth=2", "")
	c.call("GetCallerIdentity").wantOK(t)
	c.call("GetCallerIdentity").wantError(t, 409, "Odd", "")
	must("POST", "clear-faults", "")
	must("POST", "session-seconds?n=2", "")
	must("POST", "clock?freeze=2030-01-01T00:00:00Z", "")
	if now := must("POST", "clock?advance=1m", ""); !strings.Contains(now, "2030-01-01T00:01:00Z") {
		t.Error(now)
	}
	if got := c.call("GetSessionToken"); got.Session.Expiration != "2030-01-01T00:01:02Z" {
		t.Errorf("%+v", got)
	}
	must("POST", "clock?set="+time.Now().UTC().Format(time.RFC3339), "")
	must("POST", "key?status=Inactive", "")
	c.call("GetCallerIdentity").wantError(t, 403, "InvalidClientTokenId", "")
	must("POST", "key?status=Active", "")
	c.call("GetCallerIdentity").wantOK(t)
	for _, bad := range []string{"clock?advance=x", "clock?set=x", "fault?kind=x", "fault?kind=error&nth=x", "fault?kind=delay&delay=x", "session-seconds?n=x", "key?status=x", "key?id=x", "disable-region?region=x", "users", "roles", "policies"} {
		if status, text := control(s, "POST", bad, ""); status != 400 || !strings.Contains(text, "error") {
			t.Errorf("%s: %d %s", bad, status, text)
		}
	}
	must("POST", "disable-region?region=me-south-1", "")
}

func TestControlOfTheWorld(t *testing.T) {
	w := NewStandard()
	s := w.Server
	var quentin, root Info
	_, text := control(s, "POST", "users", `{"name":"quentin"}`)
	if err := json.Unmarshal([]byte(text), &quentin); err != nil || quentin.User != "quentin" || quentin.MFASerial == w.Device.Serial {
		t.Fatal(text, err)
	}
	var role struct {
		ARN string `json:"role_arn"`
	}
	_, text = control(s, "POST", "roles", `{"name":"deploy","account":"210987654321","max_session_duration":"2h"}`)
	if err := json.Unmarshal([]byte(text), &role); err != nil || role.ARN != "arn:aws:iam::210987654321:role/deploy" {
		t.Fatal(text, err)
	}
	_, code := control(s, "GET", "code?serial="+quentin.MFASerial, "")
	c := client{t: t, server: s, id: quentin.AccessKeyID, secret: quentin.SecretAccessKey, region: "us-east-1"}
	call := func(code string) reply {
		return c.call("AssumeRole", "RoleArn", role.ARN, "RoleSessionName", "me", "DurationSeconds", "7200", "SerialNumber", quentin.MFASerial, "TokenCode", code)
	}
	call(code).wantOK(t)
	deny := `{"user":"quentin","name":"stop","policy":{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}}`
	if status, text := control(s, "POST", "policies", deny); status != 200 {
		t.Error(text)
	}
	_, code = control(s, "GET", "code?serial="+quentin.MFASerial, "")
	call(code).wantError(t, 403, "AccessDenied", "")
	if status, text := control(s, "POST", "policies", `{"user":"quentin","name":"stop"}`); status != 200 {
		t.Error(text)
	}
	_, code = control(s, "GET", "code?serial="+quentin.MFASerial, "")
	call(code).wantOK(t)
	_, text = control(s, "POST", "users", `{"root":true}`)
	if err := json.Unmarshal([]byte(text), &root); err != nil || root.MFASerial != "arn:aws:iam::123456789012:mfa/root-account-mfa-device" {
		t.Fatal(text, err)
	}
	c.id, c.secret = root.AccessKeyID, root.SecretAccessKey
	c.call("GetCallerIdentity").wantOK(t)
	if status, text := control(New(), "GET", "info", ""); status != 400 {
		t.Error(text)
	}
}
