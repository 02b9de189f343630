package fakeaws

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/iam"
)

func TestControlOfIAM(t *testing.T) {
	w := newWorld(t)
	s := w.Server
	must := func(into any, method, path, body string) {
		t.Helper()
		status, text := control(s, method, path, body)
		if status != 200 {
			t.Fatalf("%s %s: %d %s", method, path, status, text)
		}
		if err := json.Unmarshal([]byte(text), into); err != nil {
			t.Fatalf("%v in %s", err, text)
		}
	}
	var key struct {
		ID     string `json:"access_key_id"`
		Secret string `json:"secret_access_key"`
	}
	must(&key, "POST", "keys?age=2400h", "")
	var keys []KeyState
	must(&keys, "GET", "keys?user=phoebe", "")
	if len(keys) != 2 || keys[0].ID != key.ID || keys[1].ID != w.Key.ID || time.Since(keys[0].Created) < 2399*time.Hour || keys[0].Status != "Active" {
		t.Errorf("%+v", keys)
	}
	must(&done{}, "POST", "key?id="+key.ID+"&status=Deleted", "")
	must(&keys, "GET", "keys", "")
	if len(keys) != 1 {
		t.Errorf("%+v", keys)
	}
	var root Info
	must(&root, "POST", "accounts", `{"id":"444444444444","partition":"aws-cn","mfa":true}`)
	if root.MFASerial != "arn:aws-cn:iam::444444444444:mfa/root-account-mfa-device" || root.User != "root" || root.Endpoint != w.endpoint {
		t.Errorf("%+v", root)
	}
	must(&keys, "GET", "keys?user=root&account=444444444444", "")
	if len(keys) != 1 || keys[0].ID != root.AccessKeyID || keys[0].User != "root" {
		t.Errorf("%+v", keys)
	}
	var serial struct{ Serial string }
	must(&serial, "POST", "security-key", "")
	var state, other AccountState
	must(&state, "GET", "state", "")
	must(&other, "GET", "state?account=444444444444", "")
	me := state.Users["phoebe"]
	if me.Keys[w.Key.ID] != "Active" || !slices.Equal(me.Groups, []string{"administrators"}) || !slices.Contains(me.Devices, serial.Serial) ||
		state.Roles["admin-mfa"].Trust != TrustUsers(w.Account, w.User) || state.Devices[w.Device.Serial] != w.User.ARN() ||
		len(state.Policies) != 1 || len(state.Groups["administrators"].Attached) != 1 || other.Root.Keys[root.AccessKeyID] != "Active" {
		t.Errorf("%+v", state)
	}
	clientOf(t, s, w.Key).call("GetSessionToken", "SerialNumber", serial.Serial, "TokenCode", "123456").wantError(t, 403, "AccessDenied", "unable to validate MFA code")
	devices, err := w.admin().ListMFADevices(t.Context(), &iam.ListMFADevicesInput{UserName: phoebe})
	if err != nil || len(devices.MFADevices) != 2 {
		t.Errorf("%+v %v", devices, err)
	}
	if status, text := control(s, "GET", "state?account=1", ""); status != 400 {
		t.Error(text)
	}
	must(&done{}, "POST", "page-size?n=1", "")
	must(&done{}, "POST", "end-sessions?with_keys=1", "")
	must(&done{}, "POST", "iam-region?any=1", "")
	must(&done{}, "POST", "lag?policies=1s&last_used=1m&reads=2s", "")
	if s.pageSize != 1 || !s.endWithKeys || s.lag.Policies != time.Second || s.lag.LastUsed != time.Minute || s.lag.Reads != 2*time.Second {
		t.Errorf("%+v", s.lag)
	}
	for _, bad := range []string{
		"lag?flap=x", "lag?new_key=x", "lag?endpoint=sts", "page-size?n=x", "end-sessions", "iam-region", "keys?user=nobody", "keys?account=1", "security-key?user=nobody", "keys?age=x",
		"key?id=" + key.ID + "&status=Active", "accounts",
	} {
		if status, text := control(s, "POST", bad, ""); status != 400 || !strings.Contains(text, "error") {
			t.Errorf("%s: %d %s", bad, status, text)
		}
	}
	for _, bad := range []string{`{"id":"1"}`, `{"id":"555555555555","partition":"aws-mars"}`} {
		if status, text := control(s, "POST", "accounts", bad); status != 400 {
			t.Errorf("%s: %d %s", bad, status, text)
		}
	}
}
