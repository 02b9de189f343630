package e2e

import (
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// fake is a running fakeaws, spoken to over its control API.
type fake struct {
	t    *testing.T
	info fakeInfo
}

type fakeInfo struct {
	Endpoint        string `json:"endpoint"`
	AccessKeyID     string `json:"access_key_id"`
	SecretAccessKey string `json:"secret_access_key"`
	RoleARN         string `json:"role_arn"`
	MFASerial       string `json:"mfa_serial"`
}

// call is one entry of the fake's log.
type call struct {
	Service, Action, Principal, Error string
	AccessKeyID                       string `json:"access_key_id"`
	CodeSent                          bool   `json:"code_sent"`
}

// startFake starts one that ends with the test.
func startFake(t *testing.T) *fake {
	t.Helper()
	file := filepath.Join(t.TempDir(), "info.json")
	cmd := exec.Command(program("fakeaws"), "-info", file)
	cmd.Stderr = os.Stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	f := &fake{t: t}
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		text, err := os.ReadFile(file)
		if err == nil {
			if err := json.Unmarshal(text, &f.info); err != nil {
				t.Fatal(err)
			}
			return f
		}
		if time.Now().After(end) {
			t.Fatal("fakeaws did not start")
		}
	}
}

// codeURL gives a code that was not used yet, at once.
func (f *fake) codeURL() string { return f.info.Endpoint + "/_fake/code?advance=1" }

func (f *fake) code() string {
	f.t.Helper()
	return strings.TrimSpace(string(f.answer(http.Get(f.codeURL()))))
}

// calls of an action, or of all.
func (f *fake) calls(action string) (calls []call, repeatedCodes int) {
	f.t.Helper()
	var log struct {
		Calls    []call
		Repeated int `json:"repeated_codes"`
	}
	text := f.answer(http.Get(f.info.Endpoint + "/_fake/calls?action=" + url.QueryEscape(action)))
	if err := json.Unmarshal(text, &log); err != nil {
		f.t.Fatal(err)
	}
	return log.Calls, log.Repeated
}

// assumeRoles is how often awsbroker asked for a session.
func (f *fake) assumeRoles() int {
	f.t.Helper()
	calls, _ := f.calls("AssumeRole")
	return len(calls)
}

// post sends form values.
func (f *fake) post(what string, values url.Values) {
	f.t.Helper()
	f.answer(http.PostForm(f.info.Endpoint+"/_fake/"+what, values))
}

// postJSON sends JSON and reads JSON, if into is not nil.
func (f *fake) postJSON(what string, body, into any) {
	f.t.Helper()
	text, err := json.Marshal(body)
	if err != nil {
		f.t.Fatal(err)
	}
	reply := f.answer(http.Post(f.info.Endpoint+"/_fake/"+what, "application/json", bytes.NewReader(text)))
	if into == nil {
		return
	}
	if err := json.Unmarshal(reply, into); err != nil {
		f.t.Fatal(err)
	}
}

func (f *fake) answer(r *http.Response, err error) []byte {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil || r.StatusCode != http.StatusOK {
		f.t.Fatalf("%s: %s: %s %v", r.Request.URL, r.Status, text, err)
	}
	return text
}
