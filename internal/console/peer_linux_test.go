package console

import (
	"net"
	"os"
	"testing"
)

// TestOwnerOfConnection: the kernel tells whose the client is, by IPv4 and by IPv4
// within IPv6.
func TestOwnerOfConnection(t *testing.T) {
	l, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	client, err := net.Dial("tcp4", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer client.Close()
	if uid, ok := ownerOf(client.LocalAddr().String(), l.Addr().String()); !ok || uid != os.Getuid() {
		t.Errorf("the client is of %d (%v), not %d", uid, ok, os.Getuid())
	}
	if _, ok := ownerOf("127.0.0.1:1", l.Addr().String()); ok {
		t.Error("nobody is known")
	}
	if isForeign(client.LocalAddr().String(), l.Addr().String()) {
		t.Error("the client is ours")
	}
}
