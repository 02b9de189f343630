//go:build !windows

package socket

import (
	"context"
	"net"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/failure"
	"github.com/awsbroker/awsbroker/internal/session"
)

// TestRefusedAtOnce: a server that refuses a client without reading its line is understood,
// whether the line is sent before or after the server closes the connection.
func TestRefusedAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "aws")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			_ = send(c, answer(session.Session{}, failure.New(failure.Other, "you may not"), time.Now()))
			_ = c.Close()
		}
	}()
	for range 500 {
		if _, err := Ask(context.Background(), path, Me{}); err == nil || !strings.Contains(err.Error(), "you may not") {
			t.Fatalf("got %v, want the server's reason", err)
		}
	}
}
