//go:build !windows

package prompt

import (
	"net"
	"path/filepath"
	"testing"
)

// listen makes a socket where a screen could be, and lets everybody in.
func listen(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "wayland-0")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			c.Close()
		}
	}()
	return path
}
