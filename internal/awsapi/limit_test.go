package awsapi

import (
	"compress/gzip"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
)

// An endpoint may answer without end, or with little that unpacks to much.
func TestAnswersEnd(t *testing.T) {
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.Header.Get("Accept-Encoding"), "gzip") {
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			_, _ = io.CopyN(z, zeros{}, 64<<20)
			_ = z.Close()
			return
		}
		if r.URL.Path == "/small" {
			_, _ = io.CopyN(w, zeros{}, 1<<20)
			return
		}
		_, _ = io.CopyN(w, zeros{}, 64<<20)
	}))
	defer s.Close()
	client, err := Endpoint{URL: s.URL}.HTTPClient()
	if err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]int64{"/": maxAnswer, "/small": 1 << 20} {
		resp, err := client.Get(s.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		n, err := io.Copy(io.Discard, resp.Body)
		resp.Body.Close()
		if n != want || (err != nil) != (want == maxAnswer) {
			t.Errorf("%s: %d bytes, %v", path, n, err)
		}
		if resp.ProtoMajor != 1 {
			t.Errorf("HTTP/%d, which GODEBUG can make print secrets", resp.ProtoMajor)
		}
	}
}

func writePEM(t *testing.T, path string, der []byte) {
	t.Helper()
	if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600); err != nil {
		t.Fatal(err)
	}
}

type zeros struct{}

func (zeros) Read(p []byte) (int, error) { clear(p); return len(p), nil }

// HTTP/2 is not spoken, even to a server that would.
func TestNoHTTP2(t *testing.T) {
	s := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Proto) }))
	s.EnableHTTP2 = true
	s.StartTLS()
	defer s.Close()
	ca := t.TempDir() + "/ca.pem"
	writePEM(t, ca, s.Certificate().Raw)
	client, err := Endpoint{URL: s.URL, CABundle: ca}.HTTPClient()
	if err != nil {
		t.Fatal(err)
	}
	resp, err := client.Get(s.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if text, _ := io.ReadAll(resp.Body); string(text) != "HTTP/1.1" {
		t.Errorf("it is %s", text)
	}
}
