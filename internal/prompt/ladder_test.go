//go:build !windows

package prompt

import (
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// listen makes a socket where a screen or a bus could be, and lets everybody in.
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
			_, _ = c.Read(make([]byte, 64))
			_, _ = c.Write([]byte{1})
			c.Close()
		}
	}()
	return path
}

// silent makes a socket whose server takes connections and says nothing.
func silent(t *testing.T) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "wayland-0")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	return path // who connects waits in the queue
}

// TestLadderGoesOn: a way that fails at its first question is left for the
// next, which shows what that one should have; turns are given back.
func TestLadderGoesOn(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "zenity"), []byte("#!/bin/sh\nexit 127\n"), 0o700); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", dir)
	for script, want := range map[string]error{
		"GETPIN=D 123456|OK":      nil,
		"GETPIN=ERR 83886179 x":   ErrCancelled,
		"GETPIN=exit":             ErrNoTerminal,
		"flavor=exit":             ErrNoTerminal,
		"GETPIN=ERR 83886142 too": ErrTimeout,
	} {
		d := newDesk(t, script)
		ways, err := ParseWays("zenity,kdialog,pinentry,zenity")
		if err != nil {
			t.Fatal(err)
		}
		taken := 0
		turn := func(context.Context, string) (func(), error) {
			taken++
			return func() { taken-- }, nil
		}
		l, err := Open(t.Context(), Options{Ways: ways, Environ: d.environ, Turn: turn, Debug: func(string) {}})
		if err != nil || l.Way() != ByZenity || taken != 1 {
			t.Fatalf("%v, %s, %d turns", err, l.Way(), taken)
		}
		l.Begin("sh asks for a role\n")
		l.Print("wait for the next code\n")
		answer, err := l.Line(t.Context(), "MFA code: ")
		if !errors.Is(err, want) || (answer == "123456") != (want == nil) {
			t.Errorf("%s: %q, %v", script, answer, err)
		}
		if want != ErrNoTerminal && (l.Way() != ByPinentry || !strings.Contains(d.said(), "SETDESC sh asks for a role%0Await for the next code%0AMFA code\n")) {
			t.Errorf("%s: %s\n%s", script, l.Way(), d.said())
		}
		l.Close()
		l.Close()
		if taken != 0 {
			t.Errorf("%s: %d turns were not given back", script, taken)
		}
		d.gone()
	}
}
