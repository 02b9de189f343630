//go:build !windows

package main

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"github.com/awsbroker/awsbroker/internal/machine"
)

// world is the binaries, and machines with homes of several sizes.
type world struct {
	t             machine.T
	broker, hello string
	bus           net.Listener
}

const (
	manyProfiles = 5000
	manySessions = 500
	crowd        = 64
	rounds       = 400
)

func newWorld(t machine.T, dir string) *world {
	w := &world{t: t, broker: filepath.Join(dir, "awsbroker"), hello: filepath.Join(dir, "hello")}
	source := filepath.Join(dir, "hello.go")
	text := "package main\n\nimport \"os\"\n\nfunc main() { os.Stdout.WriteString(\"hello\\n\") }\n"
	err := errors.Join(
		os.WriteFile(source, []byte(text), 0o600),
		machine.Build("./cmd/awsbroker", w.broker), machine.Build(source, w.hello),
	)
	if err == nil { // a socket that looks like a session bus: whoever connects waits
		w.bus, err = net.Listen("unix", filepath.Join(dir, "bus"))
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.bus.Close() })
	return w
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
	small, big, full := w.home(nil), w.home(manyMoreProfiles), w.home(manyMoreSessions)
	warm(small, big, full)
	awsbroker := func(m *machine.Machine, args ...string) func() error { return process(m.Env, m.Bin, args...) }
	cached := func(m *machine.Machine) func() error { return awsbroker(m, "credential-process", "--profile", "admin") }
	withBus := small.With("DBUS_SESSION_BUS_ADDRESS=unix:path=" + w.bus.Addr().String())
	noLog := small.With("AWSBROKER_LOG=off")
	hello := process(small.Env, w.hello)
	return []pair{
		{"cached credential-process", "hello world in Go", "at most 2.0", cached(small), hello, rounds},
		{"the same with a D-Bus session", "hello world in Go", "at most 2.0", cached(withBus), hello, rounds},
		{"the same", "with the log off", "at most 1.1", cached(small), cached(noLog), 2 * rounds},
		{fmt.Sprintf("the same with %d profiles", manyProfiles), "with one", "at most 1.2", cached(big), cached(small), rounds},
		{fmt.Sprintf("the same with %d sessions", manySessions), "with one", "at most 1.2", cached(full), cached(small), rounds},
		{fmt.Sprintf("completion with %d profiles", manyProfiles), "with one", "", awsbroker(big, "__complete", "exec", "--profile", ""), awsbroker(small, "__complete", "exec", "--profile", ""), rounds / 8},
		{"exec of true", "true", "", awsbroker(small, "exec", "--profile", "admin", "--", "/bin/true"), process(small.Env, "/bin/true"), rounds / 4},
		{"exec of true", "hello world in Go", "", awsbroker(small, "exec", "--profile", "admin", "--", "/bin/true"), hello, rounds / 4},
	}
}

func manyMoreProfiles(*machine.Machine) string {
	var text strings.Builder
	for i := range manyProfiles - 1 {
		fmt.Fprintf(&text, "\n[profile other-%d]\nregion = eu-west-1\nrole_arn = arn:aws:iam::123456789012:role/other-%d\nsource_profile = admin\n", i, i)
	}
	return text.String()
}

// manyMoreSessions leaves as many files in the session directory as that many
// sessions would. What is in them does not matter: nothing opens them.
func manyMoreSessions(m *machine.Machine) string {
	dir := filepath.Join(m.Home, ".cache", "awsbroker", "sessions")
	m.Mkdir(dir, 0o700)
	ends := time.Now().Add(time.Hour)
	for i := range 2 * manySessions { // a session and a lookup record each
		path := filepath.Join(dir, fmt.Sprintf("%040x.sealed", i))
		m.Write(path, strings.Repeat("\x00", 1024))
		if err := os.Chtimes(path, ends, ends); err != nil {
			m.T.Fatal(err)
		}
	}
	return ""
}

// coldCrowd lets many callers ask at once, with a command that knows the code.
func (w *world) coldCrowd() time.Duration {
	m := w.home(func(m *machine.Machine) string { return "awsbroker_mfa_process = echo " + m.Code() })
	m.AWS.Server.ResetCalls()
	var wg sync.WaitGroup
	results := make(chan machine.Result, crowd)
	started := time.Now()
	for range crowd {
		wg.Go(func() { results <- m.Run("credential-process", "--profile", "admin") })
	}
	wg.Wait()
	took := time.Since(started)
	close(results)
	for r := range results {
		if r.Code != 0 {
			w.t.Fatal(r)
		}
	}
	if n := len(m.AWS.Server.Calls("AssumeRole")); n != 1 {
		w.t.Fatalf("%d callers made %d AssumeRole calls", crowd, n)
	}
	return took
}
