package fakeaws

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"

	"github.com/awsbroker/awsbroker/internal/fakeaws/sigv4"
)

// post sends GetSessionToken with the device's code over a real connection
// that is not used again.
func post(t *testing.T, w *Standard, endpoint, code string) (int, string, error) {
	t.Helper()
	body := "Action=GetSessionToken&Version=2011-06-15&SerialNumber=" + w.Device.Serial + "&TokenCode=" + code
	r, err := http.NewRequest("POST", endpoint, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	credentials := aws.Credentials{AccessKeyID: w.Key.ID, SecretAccessKey: w.Key.Secret}
	if err := v4.NewSigner().SignHTTP(t.Context(), credentials, r, sigv4.Hash([]byte(body)), "sts", "us-east-1", w.Server.Now()); err != nil {
		t.Fatal(err)
	}
	client := http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		Timeout:       5 * time.Second,
	}
	answer, err := client.Do(r)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	return answer.StatusCode, answer.Header.Get("Location") + string(text), err
}

func TestFaults(t *testing.T) {
	tests := []struct {
		fault  Fault
		status int    // 0: the connection was cut
		text   string // in the answer
		spent  bool   // the code was used up
	}{
		{Fault{Kind: FaultThrottle}, 400, "<Code>Throttling</Code>", false},
		{Fault{Kind: FaultUnavailable}, 503, "<Code>ServiceUnavailable</Code>", false},
		{Fault{Kind: FaultError, Status: 403, Code: "AccessDenied", Message: "no <way>"}, 403, "no &lt;way&gt;", false},
		{Fault{Kind: FaultRedirect, Location: "http://127.0.0.1:1/"}, 302, "http://127.0.0.1:1/", false},
		{Fault{Kind: FaultDropBefore}, 0, "", false},
		{Fault{Kind: FaultDropUnread}, 0, "", false},
		{Fault{Kind: FaultDropAfter}, 0, "", true},
		{Fault{Kind: FaultGarbage}, 200, "nonsense", true},
		{Fault{Kind: FaultDelay, Delay: 60 * time.Millisecond}, 200, "<GetSessionTokenResult>", true},
		{Fault{Kind: FaultHang, Delay: time.Millisecond}, 0, "", false},
		{Fault{Kind: FaultHangAfter, Delay: time.Millisecond}, 0, "", true},
	}
	for _, tt := range tests {
		t.Run(string(tt.fault.Kind), func(t *testing.T) {
			w := NewStandard()
			w.Server.Freeze(time.Now()) // a code may be told from the next one's
			endpoint, err := w.Server.Start()
			if err != nil {
				t.Fatal(err)
			}
			defer w.Server.Close()
			if tt.fault.Kind != FaultDropUnread {
				tt.fault.Action = "GetSessionToken"
			}
			if err := w.Server.AddFault(tt.fault); err != nil {
				t.Fatal(err)
			}
			if tt.fault.Kind == FaultHang || tt.fault.Kind == FaultHangAfter {
				time.AfterFunc(50*time.Millisecond, w.Server.Close)
			}
			code := w.Device.Code()
			start := time.Now()
			status, text, err := post(t, w, endpoint, code)
			if status != tt.status || !strings.Contains(text, tt.text) || (err != nil) != (tt.status == 0) {
				t.Errorf("%d %q %v", status, text, err)
			}
			if time.Since(start) < tt.fault.Delay {
				t.Errorf("answered after %v", time.Since(start))
			}
			fresh, _ := w.Device.FreshCode()
			if (fresh != code) != tt.spent {
				t.Errorf("spent: %v", fresh != code)
			}
			if logged := w.Server.Calls(""); len(logged) != 1 || logged[0].Fault != string(tt.fault.Kind) {
				t.Errorf("log: %+v", logged)
			}
		})
	}
}

func TestTruncatedAnswer(t *testing.T) {
	w := NewStandard()
	endpoint, err := w.Server.Start()
	if err != nil {
		t.Fatal(err)
	}
	defer w.Server.Close()
	if err := w.Server.AddFault(Fault{Kind: FaultTruncate}); err != nil {
		t.Fatal(err)
	}
	if _, _, err := post(t, w, endpoint, w.Device.Code()); err != io.ErrUnexpectedEOF {
		t.Errorf("error %v", err)
	}
}

func TestFaultsCountTheirCalls(t *testing.T) {
	w := NewStandard()
	c := clientOf(t, w.Server, w.Key)
	add := func(f Fault) {
		t.Helper()
		if err := w.Server.AddFault(f); err != nil {
			t.Fatal(err)
		}
	}
	statuses := func(n int) (all []int) {
		for range n {
			all = append(all, c.call("GetCallerIdentity").Status)
		}
		return all
	}
	want := func(got []int, want ...int) {
		t.Helper()
		for i := range want {
			if got[i] != want[i] {
				t.Errorf("got %v, want %v", got, want)
				return
			}
		}
	}
	add(Fault{Action: "GetCallerIdentity", Nth: 2, Times: 2, Kind: FaultUnavailable})
	c.call("GetSessionToken").wantOK(t)
	want(statuses(5), 200, 503, 503, 200, 200)
	w.Server.ClearFaults()
	add(Fault{Nth: 2, Times: -1, Kind: FaultThrottle})
	want(statuses(4), 200, 400, 400, 400)
	w.Server.ClearFaults()
	want(statuses(1), 200)
	if w.Server.AddFault(Fault{Kind: "earthquake"}) == nil || w.Server.AddFault(Fault{Kind: FaultDropUnread, Action: "AssumeRole"}) == nil {
		t.Error("a fault that makes no sense was taken")
	}
	w.Server.ResetCalls()
	if n := len(w.Server.Calls("")); n != 0 {
		t.Errorf("%d calls after ResetCalls", n)
	}
}
