//go:build !windows

package socket

import (
	"context"
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/awsbroker/awsbroker/internal/broker"
)

// TestEnd: a client that says nothing does not keep a server that is to end.
func TestEnd(t *testing.T) {
	path := filepath.Join(t.TempDir(), "served", "aws")
	l, err := Listen(path)
	if err != nil {
		t.Fatal(err)
	}
	defer l.Remove()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- New(&broker.Broker{}, "admin", nil).Serve(ctx, l) }()
	mute, err := net.Dial("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	defer mute.Close()
	time.Sleep(100 * time.Millisecond) // until it is heard
	cancel()
	select {
	case err := <-ended:
		if err != nil {
			t.Error(err)
		}
	case <-time.After(time.Second):
		t.Error("the server waits for a client that says nothing")
	}
}
