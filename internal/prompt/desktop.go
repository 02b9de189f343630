package prompt

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// desktop is what there is around this process for programs that ask: looked at
// when the first way wants to know, and once for all of them.
type desktop struct {
	environ  []string               // of this process
	inWindow bool                   // and nowhere else a question may be
	screen   func() (string, error) // names the one that a dialog would appear on
	lent     func() []string        // what programs get of environ
}

func desktopOf(environ []string) desktop {
	return desktop{
		environ: environ,
		screen:  sync.OnceValues(func() (string, error) { return display(environ) }),
		lent:    sync.OnceValue(func() []string { return withLiveBus(ChildEnviron(environ)) }),
	}
}

const busVariable = "DBUS_SESSION_BUS_ADDRESS"

// withLiveBus is an environment in which a program that looks for the session
// bus does not wait for one that is silent, and where there is none does not
// start one, which would stay behind (GLib's dbus-launch). It is never nil,
// which would stand for our own.
func withLiveBus(environ []string) []string {
	out := append(make([]string, 0, len(environ)+1), environ...)
	address := variable(environ, busVariable)
	if address == "" { // where it looks first
		bus := filepath.Join(variable(environ, "XDG_RUNTIME_DIR"), "bus")
		if _, err := os.Stat(bus); err == nil {
			address = "unix:path=" + bus
		}
	}
	if address == "" || busIsSilent(address) {
		return append(out, busVariable+"=disabled:")
	}
	return out
}

// CheckDisplay returns an error that says why there is no screen on which a window would
// be seen, or nil.
func CheckDisplay(environ []string) error {
	_, err := display(environ)
	if err == nil {
		return nil
	}
	return errors.New(strings.TrimPrefix(err.Error(), errUnable.Error()+": "))
}
