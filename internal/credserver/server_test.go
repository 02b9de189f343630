package credserver_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/credserver"
	"github.com/awsbroker/awsbroker/internal/session"
)

func aSession() (session.Session, error) {
	return session.Session{Credentials: credential.Credentials{
		AccessKeyID: "ASIAEXAMPLE", SecretAccessKey: credential.NewSecret("secret"), SessionToken: credential.NewSecret("token"),
		AccountID: "123456789012", Expiration: time.Date(2026, 11, 24, 12, 0, 0, 0, time.FixedZone("", 3600)),
	}}, nil
}

// serve starts a server that ends with the test.
func serve(t testing.TB, current credserver.Source) credserver.Endpoint {
	t.Helper()
	l, e, err := credserver.Listen()
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- credserver.Serve(ctx, l, e, current) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	return e
}

// send sends a request as it is written and reads the answer.
func send(t testing.TB, address, request string) (status int, header http.Header, body string) {
	t.Helper()
	c, err := net.Dial("tcp", address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	if _, err := io.WriteString(c, request); err != nil {
		t.Fatal(err)
	}
	method, _, _ := strings.Cut(request, " ")
	r, err := http.ReadResponse(bufio.NewReader(c), &http.Request{Method: method})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Body.Close()
	text, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return r.StatusCode, r.Header, string(text)
}

func TestAnswer(t *testing.T) {
	e := serve(t, aSession)
	status, header, body := send(t, e.Address, fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\n\r\n", e.Path, e.Address, e.Token.Reveal()))
	var got map[string]string
	if err := json.Unmarshal([]byte(body), &got); err != nil || status != 200 {
		t.Fatal(status, body, err)
	}
	want := map[string]string{
		"Code": "Success", "AccessKeyId": "ASIAEXAMPLE", "AccessKeyID": "ASIAEXAMPLE", "SecretAccessKey": "secret", "Token": "token", "Expiration": "2026-11-24T11:00:00Z", "AccountId": "123456789012",
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%v, want %v", got, want)
	}
	if header.Get("Content-Type") != "application/json" || header.Get("Cache-Control") != "no-store" {
		t.Error(header)
	}
	if !strings.HasPrefix(e.URL(), "http://127.0.0.1:") {
		t.Error(e.URL())
	}
}

// The server takes the names by which clients call it: with its port, and without one as
// the AWS CRT does.
func TestHosts(t *testing.T) {
	e := serve(t, aSession)
	_, port, _ := net.SplitHostPort(e.Address)
	for _, host := range []string{e.Address, "127.0.0.1", "localhost", "LocalHost:" + port, "[::1]", "[::1]:" + port} {
		status, _, body := send(t, e.Address, fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\n\r\n", e.Path, host, e.Token.Reveal()))
		if status != 200 {
			t.Errorf("%s: %d %s", host, status, body)
		}
	}
}

func TestRefused(t *testing.T) {
	e := serve(t, aSession)
	for _, tt := range []struct {
		name, method, path, host string
		tokens                   []string
		status                   int
	}{
		{"no token", "GET", e.Path, e.Address, nil, 403},
		{"empty token", "GET", e.Path, e.Address, []string{""}, 403},
		{"wrong token", "GET", e.Path, e.Address, []string{"wrong"}, 403},
		{"part of the token", "GET", e.Path, e.Address, []string{e.Token.Reveal()[1:]}, 403},
		{"more than the token", "GET", e.Path, e.Address, []string{e.Token.Reveal() + "A"}, 403},
		{"other case", "GET", e.Path, e.Address, []string{strings.ToLower(e.Token.Reveal())}, 403},
		{"scheme", "GET", e.Path, e.Address, []string{"Bearer " + e.Token.Reveal()}, 403},
		{"two tokens", "GET", e.Path, e.Address, []string{e.Token.Reveal(), "wrong"}, 403},
		{"other host", "GET", e.Path, strings.Replace(e.Address, "127.0.0.1", "evil.example", 1), []string{e.Token.Reveal()}, 403},
		{"other host without port", "GET", e.Path, "evil.example", []string{e.Token.Reveal()}, 403},
		{"other host's subdomain", "GET", e.Path, "localhost.evil.example", []string{e.Token.Reveal()}, 403},
		{"a name that looks like an address", "GET", e.Path, "127.0.0.1.evil.example", []string{e.Token.Reveal()}, 403},
		{"an address of another machine", "GET", e.Path, "192.0.2.1", []string{e.Token.Reveal()}, 403},
		{"other port", "GET", e.Path, "127.0.0.1:1", []string{e.Token.Reveal()}, 403},
		{"empty host", "GET", e.Path, "", []string{e.Token.Reveal()}, 403},
		{"host in the target", "GET", "http://evil.example" + e.Path, e.Address, []string{e.Token.Reveal()}, 403},
		{"root", "GET", "/", e.Address, []string{e.Token.Reveal()}, 404},
		{"longer path", "GET", e.Path + "/", e.Address, []string{e.Token.Reveal()}, 404},
		{"query", "GET", e.Path + "?x", e.Address, []string{e.Token.Reveal()}, 404},
		{"dots", "GET", "/x/.." + e.Path, e.Address, []string{e.Token.Reveal()}, 404},
		{"other path, wrong token", "GET", "/", e.Address, []string{"wrong"}, 403},
		{"POST", "POST", e.Path, e.Address, []string{e.Token.Reveal()}, 405},
		{"HEAD", "HEAD", e.Path, e.Address, []string{e.Token.Reveal()}, 405},
		{"OPTIONS", "OPTIONS", "*", e.Address, []string{e.Token.Reveal()}, 405},
	} {
		t.Run(tt.name, func(t *testing.T) {
			request := tt.method + " " + tt.path + " HTTP/1.1\r\nHost: " + tt.host + "\r\n"
			for _, token := range tt.tokens {
				request += "Authorization: " + token + "\r\n"
			}
			status, header, body := send(t, e.Address, request+"Content-Length: 0\r\n\r\n")
			if status != tt.status || strings.Contains(body, "ASIA") {
				t.Errorf("%d, want %d: %s", status, tt.status, body)
			}
			if tt.method != "GET" {
				return
			}
			var spoken struct {
				LowerCode    string `json:"code"`
				LowerMessage string `json:"message"`
			}
			if err := json.Unmarshal([]byte(body), &spoken); err != nil || !strings.Contains(body, `"Code":`) || !strings.Contains(body, `"code":`) ||
				!strings.Contains(body, `"Message":`) || !strings.Contains(body, `"message":`) || header.Get("Cache-Control") != "no-store" {
				t.Errorf("not an error that SDKs read: %s (%v)", body, err)
			}
		})
	}
}

// No request without the path, the token and a name of the loopback interface gets an
// answer, whatever else is in it.
func FuzzRefused(f *testing.F) {
	e := credserver.Endpoint{Address: "127.0.0.1:40000", Path: "/RIGHT", Token: credential.NewSecret("TOKEN")}
	h := credserver.Handler(e, aSession)
	f.Add("GET", "/RIGHT", "127.0.0.1:40000", "TOKEN")
	f.Add("GET", "/RIGHT", "127.0.0.1:40000", "TOKEN ")
	f.Add("GET", "/right", "127.0.0.1:40000", "TOKEN")
	f.Add("GET", "/RIGHT", "127.0.0.1", "TOKEN")
	f.Add("GET", "/RIGHT", "127.0.0.1.evil.example", "TOKEN")
	f.Add("PUT", "//RIGHT", "localhost:40000", "")
	f.Fuzz(func(t *testing.T, method, target, host, token string) {
		w := &recorder{header: http.Header{}}
		h.ServeHTTP(w, &http.Request{Method: method, RequestURI: target, Host: host, Header: http.Header{"Authorization": {token}}})
		ip := net.ParseIP(strings.Trim(strings.TrimSuffix(host, ":40000"), "[]:"))
		ours := ip != nil && ip.IsLoopback() || strings.Contains(host, "::1") || strings.HasPrefix(strings.ToLower(host), "localhost")
		right := method == "GET" && target == e.Path && ours && token == "TOKEN"
		if answered := w.status == 200; answered && !right || answered != strings.Contains(w.body.String(), "ASIA") {
			t.Errorf("%d %s", w.status, w.body.String())
		}
	})
}

type recorder struct {
	header http.Header
	status int
	body   strings.Builder
}

func (r *recorder) Header() http.Header         { return r.header }
func (r *recorder) WriteHeader(status int)      { r.status = status }
func (r *recorder) Write(p []byte) (int, error) { return r.body.Write(p) }

func TestNoSession(t *testing.T) {
	e := serve(t, func() (session.Session, error) { return session.Session{}, errors.New("it has ended; run this") })
	status, _, body := send(t, e.Address, fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\n\r\n", e.Path, e.Address, e.Token.Reveal()))
	if status != 503 || !strings.Contains(body, `"message":"it has ended; run this"`) || !strings.Contains(body, `"Message":"it has ended; run this"`) {
		t.Error(status, body)
	}
}

// Clients that send nothing do not keep the others out, which give up after a
// second, and take no memory without limit.
func TestSilentClients(t *testing.T) {
	e := serve(t, aSession)
	files := openFiles()
	for range 1000 {
		c, err := net.Dial("tcp", e.Address)
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
	}
	started := time.Now()
	request := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\n\r\n", e.Path, e.Address, e.Token.Reveal())
	c, err := net.Dial("tcp", e.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(30 * time.Second))
	_, _ = io.WriteString(c, request)
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || r.StatusCode != 200 {
		t.Fatal(r, err)
	}
	t.Logf("answered after %s", time.Since(started))
	if time.Since(started) > time.Second {
		t.Error("the silent ones kept it out")
	}
	if more := openFiles() - files - 1001; more > 520 { // ours, and theirs
		t.Errorf("%d of them are open", more)
	}
}

func TestHeaderLimit(t *testing.T) {
	e := serve(t, aSession)
	c, err := net.Dial("tcp", e.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(10 * time.Second))
	_, _ = fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\nX: %s\r\n\r\n", e.Path, e.Address, strings.Repeat("x", 13<<10))
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil || r.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
		t.Error(r, err)
	}
}

// 10,000 requests, some of them refused and some broken off, leave nothing
// behind.
func TestNoLeak(t *testing.T) {
	e := serve(t, aSession)
	right := fmt.Sprintf("GET %s HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\n\r\n", e.Path, e.Address, e.Token.Reveal())
	round := func(n int) {
		var done atomic.Int64
		for range 8 {
			go func() {
				for i := range n / 8 {
					switch i % 10 {
					case 0:
						send(t, e.Address, "GET / HTTP/1.1\r\nHost: "+e.Address+"\r\n\r\n")
					case 1:
						if c, err := net.Dial("tcp", e.Address); err == nil {
							_, _ = io.WriteString(c, right[:20])
							c.Close()
						}
					default:
						send(t, e.Address, right)
					}
				}
				done.Add(1)
			}()
		}
		for done.Load() < 8 {
			time.Sleep(time.Millisecond)
		}
	}
	round(800)
	goroutines, files := steady(t)
	round(10_000)
	g, f := steady(t)
	if g > goroutines+2 || f > files+2 {
		t.Errorf("%d goroutines became %d, %d files became %d", goroutines, g, files, f)
	}
}

// steady waits until connections that are closing have closed.
func steady(t *testing.T) (goroutines, files int) {
	t.Helper()
	for last, same := -1, 0; same < 20; time.Sleep(10 * time.Millisecond) {
		goroutines, files = runtime.NumGoroutine(), openFiles()
		if now := goroutines + files; now == last {
			same++
		} else {
			last, same = now, 0
		}
	}
	return goroutines, files
}

// openFiles is 0 where the system does not tell.
func openFiles() int {
	entries, _ := os.ReadDir("/proc/self/fd")
	return len(entries)
}
