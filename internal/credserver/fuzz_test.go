package credserver_test

import (
	"bufio"
	"bytes"
	"context"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/credential"
	"github.com/awsbroker/awsbroker/internal/credserver"
)

// FuzzRequest: whatever bytes come over a connection, there is a session for a GET of the
// path with the token and nothing else, and no two answers to one connection.
func FuzzRequest(f *testing.F) {
	e := credserver.Endpoint{Address: "127.0.0.1:40000", Path: "/RIGHT", Token: credential.NewSecret("TOKEN")}
	right := "GET /RIGHT HTTP/1.1\r\nHost: 127.0.0.1:40000\r\nAuthorization: TOKEN\r\n\r\n"
	for _, raw := range []string{
		right, right + right, strings.Replace(right, "TOKEN", "TOKE", 1), strings.Replace(right, "GET", "POST", 1), strings.Replace(right, "127.0.0.1", "evil.example", 1),
		strings.Replace(right, "Host", "host", 1), strings.Replace(right, "\r\n\r\n", "\r\nAuthorization: TOKEN\r\n\r\n", 1), strings.Replace(right, "/RIGHT", "http://evil.example/RIGHT", 1),
		strings.Replace(right, "1.1", "1.0", 1), strings.Replace(right, "/RIGHT", "/%52IGHT", 1), "POST / HTTP/1.1\r\nHost: 127.0.0.1:40000\r\nContent-Length: 80\r\n\r\n" + right,
		"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "\x16\x03\x01", "", strings.Replace(right, "\r\n\r\n", "\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 1) + right,
	} {
		f.Add([]byte(raw))
	}
	l := pipeListener{make(chan net.Conn), make(chan struct{}), new(sync.Once)}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- credserver.Serve(ctx, l, e, aSession) }()
	f.Cleanup(func() { cancel(); <-ended })
	f.Fuzz(func(t *testing.T, raw []byte) {
		answer := l.exchange(t, raw)
		if n := bytes.Count(answer, []byte(`"SecretAccessKey"`)); n > 1 || n == 1 && !asks(raw, e) {
			t.Errorf("%d sessions for %q", n, raw)
		} else if n == 0 && string(raw) == right {
			t.Errorf("refused: %q", answer)
		}
		if bytes.Count(answer, []byte("HTTP/1.1 ")) > 1 {
			t.Errorf("several answers to %q", raw)
		}
	})
}

// asks reports whether the first request of raw is the one that gets a session.
func asks(raw []byte, e credserver.Endpoint) bool {
	r, err := http.ReadRequest(bufio.NewReader(bytes.NewReader(raw)))
	if err != nil {
		return false
	}
	_, port, _ := strings.Cut(e.Address, ":")
	name := strings.Trim(strings.TrimSuffix(strings.TrimSuffix(r.Host, port), ":"), "[]")
	ip, err := netip.ParseAddr(name)
	loopback := err == nil && ip.IsLoopback() || strings.EqualFold(name, "localhost")
	tokens := r.Header["Authorization"]
	return r.Method == http.MethodGet && r.RequestURI == e.Path && loopback && len(tokens) == 1 && tokens[0] == e.Token.Reveal()
}

// pipeListener hands connections over without a network.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
	once   *sync.Once
}

func (l pipeListener) Accept() (net.Conn, error) {
	select {
	case c := <-l.conns:
		return c, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l pipeListener) Close() error   { l.once.Do(func() { close(l.closed) }); return nil }
func (l pipeListener) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 40000} }

// exchange returns what the server writes to a client that sends these bytes and no more.
func (l pipeListener) exchange(t *testing.T, raw []byte) []byte {
	t.Helper()
	c := &recorded{in: bytes.NewReader(raw), closed: make(chan struct{})}
	l.conns <- c
	select {
	case <-c.closed:
	case <-time.After(30 * time.Second):
		t.Fatalf("the connection stays open after %q", raw)
	}
	return c.out.Bytes()
}

// recorded is a connection of which all that comes is there, and what goes is kept.
type recorded struct {
	net.Conn
	in     *bytes.Reader
	out    bytes.Buffer
	once   sync.Once
	closed chan struct{}
}

func (c *recorded) Read(p []byte) (int, error)       { return c.in.Read(p) }
func (c *recorded) Write(p []byte) (int, error)      { return c.out.Write(p) }
func (c *recorded) Close() error                     { c.once.Do(func() { close(c.closed) }); return nil }
func (c *recorded) SetDeadline(time.Time) error      { return nil }
func (c *recorded) SetReadDeadline(time.Time) error  { return nil }
func (c *recorded) SetWriteDeadline(time.Time) error { return nil }
func (c *recorded) RemoteAddr() net.Addr {
	return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 50000}
}
func (c *recorded) LocalAddr() net.Addr { return pipeListener{}.Addr() }
