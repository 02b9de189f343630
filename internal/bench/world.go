//go:build !windows

package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// world is the binaries, and machines with homes of several sizes.
type world struct {
	t             machine.T
	broker, hello string
	size          int64 // of broker, in bytes
	bus           net.Listener
}

const rounds = 400

func newWorld(t machine.T, dir string) *world {
	w := &world{t: t, broker: filepath.Join(dir, "awsbroker"), hello: filepath.Join(dir, "hello")}
	source := filepath.Join(dir, "hello.go")
	text := "package main\n\nimport \"os\"\n\nfunc main() { os.Stdout.WriteString(\"hello\\n\") }\n"
	linked := filepath.Join(dir, "linked")
	err := errors.Join(os.WriteFile(source, []byte(text), 0o600), machine.Build(source, linked), install(linked, w.hello), w.build())
	if err == nil { // a socket that looks like a session bus: whoever connects waits
		w.bus, err = net.Listen("unix", filepath.Join(dir, "bus"))
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.bus.Close() })
	return w
}

// build makes the program as it is shipped.
func (w *world) build() error {
	if out, err := exec.Command("make", "-s", "build").CombinedOutput(); err != nil {
		return fmt.Errorf("make build: %w\n%s", err, out)
	}
	info, err := os.Stat("bin/awsbroker")
	if err != nil {
		return err
	}
	w.size = info.Size()
	return install("bin/awsbroker", w.broker)
}

// install a program as people do, and wait until the disk has it. How it came to lie in
// the system's cache matters more than much of what it does: what the linker has just
// written is there page by page, and starts a seventh to a third slower.
func install(from, to string) error {
	if out, err := exec.Command("sh", "-c", `cp "$1" "$2" && sync "$2"`, "sh", from, to).CombinedOutput(); err != nil {
		return fmt.Errorf("cp: %w\n%s", err, out)
	}
	return nil
}

// home is a machine with a key and a profile admin; more makes it bigger, and
// gives more lines of that profile and after it.
func (w *world) home(more func(*machine.Machine) string) *machine.Machine {
	m := machine.New(w.t, w.broker, -1)
	lines := ""
	if more != nil {
		lines = more(m)
	}
	m.Profile("admin", "phoebe", m.AWS.Role.ARN(), m.AWS.Device.Serial, lines)
	m.AddKey("phoebe", m.AWS.Key)
	return m
}

// warm gets the session, and waits until the files have rested long enough to
// be answered for without being read.
func warm(machines ...*machine.Machine) {
	for _, m := range machines {
		m.Login("admin")
	}
	machine.Rest()
	for _, m := range machines {
		if r := m.Run("credential-process", "--profile", "admin"); r.Code != 0 {
			m.T.Fatal(r)
		}
	}
}

func (w *world) pairs() []pair {
	one, three := w.home(nil), w.home(profiles(3))
	large, huge := w.home(profiles(5_000)), w.home(func(m *machine.Machine) string {
		sessions(m, 1_000)
		return profiles(50_000)(m)
	})
	warm(one, three, large, huge)
	for _, m := range []*machine.Machine{one, three, large, huge} {
		m.Bin = w.broker // one file for all: each copy lies in the system's cache in its own way
	}
	bus := one.With("DBUS_SESSION_BUS_ADDRESS=unix:path=" + w.bus.Addr().String())
	noLog := one.With("AWSBROKER_LOG=off")
	hello := process(one.Env, w.hello)
	against := func(what string, goal float64, run func() error) pair {
		return pair{what, "hello world in Go", goal, run, hello, rounds}
	}
	grown := func(what string, args ...string) pair {
		return pair{what + ", 5,000 profiles", "with 3", 1.5, awsbroker(large, args...), awsbroker(three, args...), rounds / 4}
	}
	return []pair{
		against("cached answer", 1.4, cached(one)),
		against("cached answer, with a D-Bus session", 1.4, cached(bus)),
		{"cached answer", "with the log off", 1.1, cached(one), cached(noLog), 2 * rounds},
		{"cached answer, 50,000 profiles, 1,000 sessions", "with one", 1.05, cached(huge), cached(one), 2 * rounds},
		against("exec -- true, cached", 2.2, awsbroker(one, "exec", "--profile", "admin", "--", "/bin/true")),
		against("export, cached", 1.8, awsbroker(one, "export", "--profile", "admin")),
		against("--version", 2.2, awsbroker(one, "--version")),
		against("list, 3 profiles", 2.6, awsbroker(three, "list")),
		grown("completion", "__complete", "exec", "--profile", ""),
		grown("list", "list"),
		{"a miss, 5,000 profiles", "with 3", 1.5, missed(large), missed(three), rounds / 20},
		{"exec -- true, cached", "true", 0, awsbroker(one, "exec", "--profile", "admin", "--", "/bin/true"), process(one.Env, "/bin/true"), rounds / 4},
	}
}

func awsbroker(m *machine.Machine, args ...string) func() error {
	return process(m.Env, m.Bin, args...)
}

func cached(m *machine.Machine) func() error {
	return awsbroker(m, "credential-process", "--profile", "admin")
}

// missed is a call that brings a code and gets a session of STS for it.
func missed(m *machine.Machine) func() error {
	return func() error { return awsbroker(m, "login", "--profile", "admin", "--mfa-code", m.Code())() }
}

// peers are other tools that do the same, where they are on PATH. None of them
// gets a key: what is measured is how long they take to start.
func (w *world) peers() (all []pair) {
	m := w.home(nil)
	for _, name := range []string{"aws-vault", "granted"} {
		if path, err := exec.LookPath(name); err == nil {
			all = append(all, pair{"--version of ours", name + " --version", 0, awsbroker(m, "--version"), process(m.Env, path, "--version"), rounds / 4})
		}
	}
	return all
}

// profiles are so many, of which all but one are other tools'.
func profiles(n int) func(*machine.Machine) string {
	return func(*machine.Machine) string {
		var text strings.Builder
		for i := range n - 1 {
			fmt.Fprintf(&text, "\n[profile other-%d]\nregion = eu-west-1\nrole_arn = arn:aws:iam::123456789012:role/other-%d\nsource_profile = admin\n", i, i)
		}
		return text.String()
	}
}

// sessions leaves as many files in the session directory as n sessions would.
// What is in them does not matter: nothing opens them.
func sessions(m *machine.Machine, n int) {
	dir := filepath.Join(m.Home, ".cache", "awsbroker", "sessions")
	m.Mkdir(dir, 0o700)
	ends := time.Now().Add(time.Hour)
	for i := range 2 * n { // a session and a lookup record each
		path := filepath.Join(dir, fmt.Sprintf("%040x.sealed", i))
		m.Write(path, strings.Repeat("\x00", 1024))
		if err := os.Chtimes(path, ends, ends); err != nil {
			m.T.Fatal(err)
		}
	}
}
