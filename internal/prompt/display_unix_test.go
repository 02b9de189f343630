//go:build !windows && !darwin

package prompt

import (
	"errors"
	"path/filepath"
	"testing"
	"time"
)

func TestX11Address(t *testing.T) {
	for name, want := range map[string][2]string{
		":0": {"unix", "/tmp/.X11-unix/X0"}, ":12.1": {"unix", "/tmp/.X11-unix/X12"}, "unix:3": {"unix", "/tmp/.X11-unix/X3"},
		"localhost:10.0": {"tcp", "localhost:6010"}, "[::1]:1": {"tcp", "[::1]:6001"}, "/private/tmp/x/org.xquartz:0": {"unix", "/private/tmp/x/org.xquartz:0"},
		"": {}, "0": {}, ":": {}, ":x": {}, ":-1": {}, ":99999": {}, "host:": {},
	} {
		network, address, ok := x11Address(name)
		if [2]string{network, address} != want || ok != (want[0] != "") {
			t.Errorf("%q: %s %s %v", name, network, address, ok)
		}
	}
}

func TestDisplay(t *testing.T) {
	socket := listen(t)
	dir, name := filepath.Split(socket)
	for _, environ := range [][]string{
		{"WAYLAND_DISPLAY=" + socket},
		{"WAYLAND_DISPLAY=" + name, "XDG_RUNTIME_DIR=" + dir},
		{"WAYLAND_DISPLAY=gone", "XDG_RUNTIME_DIR=/", "DISPLAY=" + filepath.Dir(socket) + "/wayland-0", "WAYLAND_DISPLAY=" + socket},
	} {
		if place, err := display(environ); err != nil {
			t.Errorf("%v: %q, %v", environ, place, err)
		}
	}
	hung := silent(t)
	for _, environ := range [][]string{
		{"WAYLAND_DISPLAY=" + hung}, {"DISPLAY=" + filepath.Dir(hung) + "/wayland:0"},
		nil, {"DISPLAY="}, {"DISPLAY=:4711"}, {"DISPLAY=localhost:4711"}, {"DISPLAY=x"}, {"WAYLAND_DISPLAY=wayland-0"},
		{"WAYLAND_DISPLAY=/nonexistent", "DISPLAY=:4711"},
	} {
		started := time.Now()
		if place, err := display(environ); !errors.Is(err, errUnable) {
			t.Errorf("%v: %q, %v", environ, place, err)
		}
		if took := time.Since(started); took > 3*reach {
			t.Errorf("%v: it took %s", environ, took)
		}
	}
}
