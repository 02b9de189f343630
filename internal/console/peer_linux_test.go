package console

import (
	"fmt"
	"net"
	"os"
	"syscall"
	"testing"
)

// dialMapped connects to ::ffff:127.0.0.1, as some browsers do, and returns whence, as
// the server sees it.
func dialMapped(t *testing.T, port int) string {
	t.Helper()
	fd, err := syscall.Socket(syscall.AF_INET6, syscall.SOCK_STREAM|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		t.Skip("this machine has no IPv6: ", err)
	}
	t.Cleanup(func() { _ = syscall.Close(fd) })
	to := &syscall.SockaddrInet6{Port: port, Addr: [16]byte{10: 0xff, 11: 0xff, 12: 127, 15: 1}}
	if err := syscall.Connect(fd, to); err != nil {
		t.Fatal(err)
	}
	from, err := syscall.Getsockname(fd)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Sprintf("127.0.0.1:%d", from.(*syscall.SockaddrInet6).Port)
}

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
	if uid, ok := ownerOf(dialMapped(t, l.Addr().(*net.TCPAddr).Port), l.Addr().String()); !ok || uid != os.Getuid() {
		t.Errorf("the client within IPv6 is of %d (%v), not %d", uid, ok, os.Getuid())
	}
	if _, ok := ownerOf("127.0.0.1:1", l.Addr().String()); ok {
		t.Error("nobody is known")
	}
	if isForeign(client.LocalAddr().String(), l.Addr().String()) {
		t.Error("the client is ours")
	}
}
