package console

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/credential"
)

const secretLink = "https://signin.aws.amazon.com/federation?SigninToken=canary"

// newServed is a handover that waits for a browser; ended gets how it ended.
func newServed(t *testing.T, life time.Duration, browser <-chan error) (h *handover, ended <-chan error) {
	t.Helper()
	h, err := newHandover(credential.NewSecret(secretLink))
	if err != nil {
		t.Fatal(err)
	}
	ends := make(chan error, 1)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { ends <- h.serve(ctx, life, browser) }()
	t.Cleanup(cancel)
	return h, ends
}

func ask(t *testing.T, r *http.Request) (*http.Response, string) {
	t.Helper()
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer, string(body)
}

func request(t *testing.T, method, url string) *http.Request {
	t.Helper()
	r, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestHandoverIsForOneBrowser: whoever has not the whole address gets nothing and uses
// nothing up; the first who has it gets the link; then it is dead.
func TestHandoverIsForOneBrowser(t *testing.T) {
	h, ended := newServed(t, time.Minute, nil)
	host := h.listener.Addr().String()
	rebound := request(t, "GET", h.URL())
	rebound.Host = "evil.test"
	local := request(t, "GET", h.URL())
	local.Host = "localhost" + host[strings.LastIndex(host, ":"):]
	prefetch := request(t, "GET", h.URL())
	prefetch.Header.Set("Sec-Purpose", "prefetch;prerender")
	for name, r := range map[string]*http.Request{
		"no path": request(t, "GET", "http://"+host+"/"), "longer": request(t, "GET", h.URL()+"x"), "shorter": request(t, "GET", h.URL()[:len(h.URL())-1]),
		"HEAD": request(t, "HEAD", h.URL()), "POST": request(t, "POST", h.URL()), "another host": rebound, "localhost": local, "prefetch": prefetch,
	} {
		answer, body := ask(t, r)
		if answer.StatusCode/100 != 4 || answer.Header.Get("Location") != "" || strings.Contains(body, "canary") {
			t.Errorf("%s: %s %v %s", name, answer.Status, answer.Header, body)
		}
	}
	answer, body := ask(t, request(t, "GET", h.URL()))
	for name, want := range map[string]string{"Location": secretLink, "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"} {
		if got := answer.Header.Get(name); got != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if answer.StatusCode != http.StatusSeeOther {
		t.Errorf("%s %s", answer.Status, body)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
	if _, err := http.Get(h.URL()); err == nil {
		t.Error("somebody still answers")
	}
}

// TestHandoverIsTakenOnce: of many who come at once, one gets the link.
func TestHandoverIsTakenOnce(t *testing.T) {
	h, _ := newServed(t, time.Minute, nil)
	got := make(chan bool, 20)
	for range cap(got) {
		go func() {
			client := &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
			answer, err := client.Get(h.URL())
			got <- err == nil && answer.Header.Get("Location") == secretLink
		}()
	}
	n := 0
	for range cap(got) {
		if <-got {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d got the link", n)
	}
}

func TestHandoverEnds(t *testing.T) {
	if _, ended := newServed(t, 20*time.Millisecond, nil); !errors.Is(<-ended, errNotFetched) {
		t.Error("a link that nobody opens lives on")
	}
	fails := errors.New("exit status 3")
	browser := make(chan error, 1)
	browser <- fails
	if _, ended := newServed(t, time.Minute, browser); <-ended != fails {
		t.Error("a browser that fails is waited for")
	}
	browser <- nil // it handed the link on
	h, ended := newServed(t, time.Minute, browser)
	time.Sleep(20 * time.Millisecond)
	if answer, _ := ask(t, request(t, "GET", h.URL())); answer.StatusCode != http.StatusSeeOther {
		t.Errorf("after the browser's start: %s", answer.Status)
	}
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

// TestHandoverTellsOfASlowBrowser: a person who waits is told for what, once.
func TestHandoverTellsOfASlowBrowser(t *testing.T) {
	h, err := newHandover(credential.NewSecret(secretLink))
	if err != nil {
		t.Fatal(err)
	}
	told := 0
	h.slow, h.wait = 10*time.Millisecond, func() { told++ }
	if err := h.serve(t.Context(), 100*time.Millisecond, nil); !errors.Is(err, errNotFetched) || told != 1 {
		t.Errorf("told %d times (%v)", told, err)
	}
}
