//go:build !windows && !darwin

package prompt

import (
	"encoding/hex"
	"errors"
	"io"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// display names the screen that a dialog would appear on. It fails where there
// is none that lets anyone in and answers: programs that find none take their
// time, wait without end, or end as if a person had pressed Cancel.
func display(environ []string) (string, error) {
	var firstErr error
	for _, try := range []struct {
		name, hello string
		address     func(string) (network, address string, ok bool)
	}{
		{"WAYLAND_DISPLAY", waylandHello, func(v string) (string, string, bool) { return waylandSocket(v, variable(environ, "XDG_RUNTIME_DIR")) }},
		{"DISPLAY", x11Hello, x11Address},
	} {
		value := variable(environ, try.name)
		if value == "" {
			continue
		}
		network, address, ok := try.address(value)
		err := errors.New("it does not name a display")
		if ok {
			err = answers(network, address, try.hello)
		}
		if err == nil {
			return "display:" + value, nil
		}
		firstErr = unable("%s=%s: %w", try.name, value, err)
	}
	if firstErr == nil {
		firstErr = unable("there is no display: neither DISPLAY nor WAYLAND_DISPLAY is set")
	}
	return "", firstErr
}

// reach is how long a screen or a bus may take to answer. One that lives takes
// about a millisecond.
const reach = 300 * time.Millisecond

// What a server of this machine has an answer to, if only a refusal.
const (
	// wl_display.sync, for object 2: https://wayland.freedesktop.org/docs/html/apa.html
	waylandHello = "\x01\x00\x00\x00\x00\x00\x0c\x00\x02\x00\x00\x00"
	// Least significant byte first, version 11.0, no authorization:
	// https://www.x.org/releases/current/doc/xproto/x11protocol.html#Connection_Setup
	x11Hello = "l\x00\x0b\x00\x00\x00\x00\x00\x00\x00\x00\x00"
)

// answers reports whether somebody listens at an address and, on this machine,
// answers. A forwarded screen (ssh -X) listens on this machine, too, over TCP;
// its client would complain on the person's terminal of a hello without the
// right cookie.
func answers(network, address, hello string) error {
	conn, err := net.DialTimeout(network, address, reach)
	if err != nil {
		return err
	}
	defer conn.Close()
	if network != "unix" {
		return nil
	}
	_ = conn.SetDeadline(time.Now().Add(reach))
	if _, err := io.WriteString(conn, hello); err != nil {
		return err
	}
	_, err = conn.Read(make([]byte, 1))
	return err
}

// busIsSilent reports whether the first socket of a D-Bus address is there and
// does not answer. Other transports are left to whoever knows them.
// https://dbus.freedesktop.org/doc/dbus-specification.html#auth-protocol
func busIsSilent(address string) bool {
	first, _, _ := strings.Cut(address, ";")
	options, unix := strings.CutPrefix(first, "unix:")
	if !unix {
		return false
	}
	for option := range strings.SplitSeq(options, ",") {
		name, value, _ := strings.Cut(option, "=")
		if value, err := url.PathUnescape(value); err == nil && (name == "path" || name == "abstract") {
			if name == "abstract" {
				value = "@" + value
			}
			err := answers("unix", value, "\x00AUTH EXTERNAL "+hex.EncodeToString([]byte(strconv.Itoa(os.Getuid())))+"\r\n")
			return errors.Is(err, os.ErrDeadlineExceeded)
		}
	}
	return false
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
