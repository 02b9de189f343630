package main

import (
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// front is where the tools find AWS: over HTTP and over HTTPS. It can take so long over the
// first answer to a session that the session ends meanwhile.
type front struct {
	http, https *httptest.Server
	pause       time.Duration
	once        sync.Once
	aws         http.Handler
}

func newFront(t machine.T, aws http.Handler, pause time.Duration) *front {
	f := &front{aws: aws, pause: pause}
	f.http, f.https = httptest.NewServer(f), httptest.NewTLSServer(f)
	t.Cleanup(f.http.Close)
	t.Cleanup(f.https.Close)
	return f
}

// ServeHTTP lets AWS look at the request at once, and holds back the answer.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if f.pause == 0 || !strings.Contains(r.Header.Get("Authorization"), "ASIA") {
		f.aws.ServeHTTP(w, r)
		return
	}
	answer := httptest.NewRecorder()
	f.aws.ServeHTTP(answer, r)
	f.once.Do(func() { time.Sleep(f.pause) })
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	w.Write(answer.Body.Bytes()) // the tool may have given up
}

// variables are what the scripts of the tools know of it.
func (f *front) variables() []string {
	plain, secure := host(f.http.URL), host(f.https.URL)
	return []string{"URL=" + f.http.URL, "HOST=" + plain, "PORT=" + port(plain), "TLS_PORT=" + port(secure)}
}

func host(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		panic(err) // httptest made it
	}
	return u.Host
}

func port(host string) string { return host[strings.LastIndexByte(host, ':')+1:] }
