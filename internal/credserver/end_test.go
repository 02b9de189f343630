package credserver_test

import (
	"context"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/credserver"
	"github.com/awsbroker/awsbroker/internal/session"
)

// TestEnd: a request that the server has at its end is answered, and a client that says
// nothing keeps the server for no longer than a moment.
func TestEnd(t *testing.T) {
	l, e, err := credserver.Listen()
	if err != nil {
		t.Fatal(err)
	}
	mute, err := net.Dial("tcp", e.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	ctx, cancel := context.WithCancel(context.Background())
	asked, ended := make(chan struct{}), make(chan error, 1)
	go func() {
		ended <- credserver.Serve(ctx, l, e, func() (session.Session, error) {
			close(asked)
			<-ctx.Done() // as a source does that waits for somebody
			return aSession()
		})
	}()
	c, err := net.Dial("tcp", e.Address)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	fmt.Fprintf(c, "GET %s HTTP/1.1\r\nHost: %s\r\nAuthorization: %s\r\n\r\n", e.Path, e.Address, e.Token.Reveal())
	<-asked
	cancel()
	began := time.Now()
	_ = c.SetReadDeadline(began.Add(5 * time.Second))
	if answer, err := io.ReadAll(c); err != nil || !strings.Contains(string(answer), "ASIAEXAMPLE") {
		t.Errorf("the request under way got %q, %v", answer, err)
	}
	if err := <-ended; err != nil || time.Since(began) > time.Second {
		t.Errorf("the server ended after %s: %v", time.Since(began), err)
	}
}

// TestCheckAddress: what a person may type, and what no server can listen at.
func TestCheckAddress(t *testing.T) {
	for _, good := range []string{"127.0.0.1:0", "127.0.0.1:65535", "127.1.2.3:9911", "[::1]:9911", "169.254.170.2:80"} {
		if err := credserver.CheckAddress(good); err != nil {
			t.Errorf("%s: %v", good, err)
		}
	}
	for _, bad := range []string{"127.0.0.1:99999", "127.0.0.1:65536", "127.0.0.1:-1", "127.0.0.1:+1", "127.0.0.1: 1", "127.0.0.1:", "127.0.0.1:http", "127.0.0.1:0x10", "127.0.0.1:1e3",
		"127.0.0.1", "127.0.0.1:1:2", "::1:9911", "[::1%lo]:9911", "localhost:9911", "127.1:9911", "2130706433:9911", "http://127.0.0.1:9911", ":9911", "0.0.0.0:9911", "[::]:9911", "10.0.0.1:9911", "169.254.170.23:80"} {
		if err := credserver.CheckAddress(bad); err == nil {
			t.Errorf("%s: no error", bad)
		}
	}
}
