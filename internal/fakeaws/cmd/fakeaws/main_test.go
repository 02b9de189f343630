package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/fakeaws"
)

func TestServesUntilToldToStop(t *testing.T) {
	file := filepath.Join(t.TempDir(), "info.json")
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- run(ctx, []string{"-info", file, "-clock-offset", "-1h", "-session-seconds", "5"}, io.Discard, io.Discard)
	}()
	var info fakeaws.Info
	for deadline := time.Now().Add(10 * time.Second); info.Endpoint == ""; time.Sleep(5 * time.Millisecond) {
		if line, err := os.ReadFile(file); err == nil {
			if err := json.Unmarshal(line, &info); err != nil {
				t.Fatal(err)
			}
		}
		if time.Now().After(deadline) {
			t.Fatal("no info")
		}
	}
	if s, err := os.Stat(file); err != nil || s.Mode().Perm() != 0o600 {
		t.Errorf("%v %v", s.Mode(), err)
	}
	answer, err := http.Get(info.Endpoint + "/_fake/clock")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	var clock struct{ Now time.Time }
	if err := json.NewDecoder(answer.Body).Decode(&clock); err != nil {
		t.Fatal(err)
	}
	if off := time.Until(clock.Now); off > -59*time.Minute || off < -61*time.Minute {
		t.Errorf("the clock is off by %v", off)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}

func TestInfoOnStdoutAndTLS(t *testing.T) {
	ca := filepath.Join(t.TempDir(), "ca.pem")
	ctx, stop := context.WithCancel(t.Context())
	stop()
	var out bytes.Buffer
	if err := run(ctx, []string{"-tls-ca", ca}, &out, io.Discard); err != nil {
		t.Fatal(err)
	}
	var info fakeaws.Info
	if err := json.Unmarshal(out.Bytes(), &info); err != nil || !strings.HasPrefix(info.Endpoint, "https://127.0.0.1:") {
		t.Errorf("%s %v", out.Bytes(), err)
	}
	if pem, err := os.ReadFile(ca); err != nil || !bytes.HasPrefix(pem, []byte("-----BEGIN CERTIFICATE")) {
		t.Errorf("%s %v", pem, err)
	}
	for _, bad := range [][]string{{"extra"}, {"-nonsense"}, {"-listen", "nowhere:x"}} {
		if err := run(ctx, bad, io.Discard, io.Discard); err == nil {
			t.Errorf("%v was taken", bad)
		}
	}
}
