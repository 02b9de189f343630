//go:build !windows && !darwin

package prompt

import (
	"net"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// display names the screen that a dialog would appear on. It fails where there
// is none that lets anyone in: programs that find none take their time, or end
// as if a person had pressed Cancel.
func display(environ []string) (string, error) {
	var firstErr error
	for _, try := range []struct {
		name    string
		address func(string) (network, address string, ok bool)
	}{
		{"WAYLAND_DISPLAY", func(v string) (string, string, bool) { return waylandSocket(v, variable(environ, "XDG_RUNTIME_DIR")) }},
		{"DISPLAY", x11Address},
	} {
		value := variable(environ, try.name)
		if value == "" {
			continue
		}
		err := answers(try.address(value))
		if err == nil {
			return "display:" + value, nil
		}
		firstErr = unable("%s=%s: %w", try.name, Clean(value), err)
	}
	if firstErr == nil {
		firstErr = unable("there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set")
	}
	return "", firstErr
}

// reach is how long a screen may take to be reached. A forwarded one (ssh -X)
// listens on this machine, too.
const reach = 300 * time.Millisecond

func answers(network, address string, ok bool) error {
	if !ok {
		return net.UnknownNetworkError("it names no display")
	}
	conn, err := net.DialTimeout(network, address, reach)
	if err == nil {
		err = conn.Close()
	}
	return err
}

// waylandSocket: https://wayland.freedesktop.org/docs/html/apb.html (wl_display_connect)
func waylandSocket(name, runtimeDir string) (network, address string, ok bool) {
	if filepath.IsAbs(name) {
		return "unix", name, true
	}
	return "unix", filepath.Join(runtimeDir, name), runtimeDir != ""
}

// x11Address: host:number.screen, X(7). Without a host it is a socket of this
// machine; a path is XQuartz's.
func x11Address(name string) (network, address string, ok bool) {
	colon := strings.LastIndexByte(name, ':')
	if colon < 0 {
		return "", "", false
	}
	digits, _, _ := strings.Cut(name[colon+1:], ".")
	number, err := strconv.ParseUint(digits, 10, 16)
	if err != nil || number > 59535 {
		return "", "", false
	}
	switch host := name[:colon]; {
	case strings.HasPrefix(host, "/"):
		return "unix", name, true
	case host == "" || host == "unix":
		return "unix", "/tmp/.X11-unix/X" + digits, true
	default:
		return "tcp", net.JoinHostPort(strings.Trim(host, "[]"), strconv.Itoa(6000+int(number))), true
	}
}
