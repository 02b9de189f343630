package start

import (
	"bufio"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

func TestSocketName(t *testing.T) {
	for address, want := range map[string]string{
		"unix:path=/run/user/1/bus":                    "/run/user/1/bus",
		"unix:path=/run/user/1/bus,guid=0123":          "/run/user/1/bus",
		"unix:guid=0123,path=/x":                       "/x",
		"unix:abstract=/tmp/dbus-a,guid=0123":          "@/tmp/dbus-a",
		"unix:path=/a,abstract=b":                      "",
		"unix:tmpdir=/tmp":                             "",
		"unix:":                                        "",
		"tcp:host=localhost,port=1":                    "",
		"nonce-tcp:host=localhost,port=1,noncefile=/x": "",
		"unixexec:path=ssh,argv1=host":                 "",
		"/run/user/1/bus":                              "",
		"":                                             "",
		deadBus:                                        "",
	} {
		if got := socketName(address); got != want {
			t.Errorf("%q: %q, want %q", address, got, want)
		}
	}
}

func TestCandidates(t *testing.T) {
	t.Setenv("XDG_RUNTIME_DIR", "/run/x")
	t.Setenv("DBUS_SESSION_BUS_ADDRESS", "unix:path=/a;unix:abstract=b")
	if got := candidates(); len(got) != 2 || got[1] != (candidate{"unix:abstract=b", false}) {
		t.Errorf("two in the variable: %+v", got)
	}
	for _, unset := range []string{"", "autolaunch:"} {
		t.Setenv("DBUS_SESSION_BUS_ADDRESS", unset)
		if got := candidates(); len(got) != 2 || got[0] != (candidate{"unix:path=/run/x/bus", true}) {
			t.Errorf("%q: %+v", unset, got)
		}
	}
	t.Setenv("XDG_RUNTIME_DIR", "relative")
	if got := candidates(); len(got) != 1 || !strings.HasPrefix(got[0].address, "unix:path=/run/user/") {
		t.Errorf("a relative runtime directory: %+v", got)
	}
}

// serve makes a socket in dir whose server treats each connection with do.
func serve(t *testing.T, path string, do func(c net.Conn, r *bufio.Reader)) string {
	t.Helper()
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { _ = c.Close() })
			go do(c, bufio.NewReader(c))
		}
	}()
	return "unix:path=" + path
}

func silent(net.Conn, *bufio.Reader) {}

func says(text string) func(net.Conn, *bufio.Reader) {
	return func(c net.Conn, r *bufio.Reader) {
		_, _ = r.ReadString('\n')
		_, _ = c.Write([]byte(text))
	}
}

func TestLiveBus(t *testing.T) {
	dir := t.TempDir()
	live := serve(t, filepath.Join(dir, "live"), says("OK 0123456789abcdef\r\n"))
	hung := serve(t, filepath.Join(dir, "hung"), silent)
	refusing := serve(t, filepath.Join(dir, "refusing"), says("REJECTED EXTERNAL\r\n"))
	closing := serve(t, filepath.Join(dir, "closing"), func(c net.Conn, _ *bufio.Reader) { _ = c.Close() })
	absent := "unix:path=" + filepath.Join(dir, "absent")
	abstract := strings.Replace(serve(t, "@"+filepath.Join(dir, "a"), says("OK 01\r\n")), "path=@", "abstract=", 1)

	full := fullSocket(t, filepath.Join(dir, "full"))

	for name, c := range map[string]struct {
		from []string
		want string
	}{
		"live":                 {[]string{live}, live},
		"abstract":             {[]string{abstract}, abstract},
		"first of two":         {[]string{abstract, live}, abstract},
		"second of two":        {[]string{absent, live}, live},
		"past a refusal":       {[]string{refusing, closing, "tcp:host=x,port=1", live}, live},
		"hung":                 {[]string{hung}, ""},
		"absent":               {[]string{absent}, ""},
		"full":                 {[]string{full}, ""},
		"refusing and closing": {[]string{refusing, closing}, ""},
		"none":                 {nil, ""},
	} {
		var from []candidate
		for _, address := range c.from {
			from = append(from, candidate{address, true})
		}
		begun := time.Now()
		if got := liveBus(from, begun.Add(150*time.Millisecond)); got != c.want {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
		if took := time.Since(begun); took > 300*time.Millisecond {
			t.Errorf("%s: took %v", name, took)
		}
	}
}

// fullSocket is one whose server accepts nothing, with no place left in the
// queue: there a connect that blocks would block for good.
func fullSocket(t *testing.T, path string) string {
	t.Helper()
	open := func() int {
		fd, err := unix.Socket(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = unix.Close(fd) })
		return fd
	}
	fd := open()
	if err := unix.Bind(fd, &unix.SockaddrUnix{Name: path}); err != nil {
		t.Fatal(err)
	}
	if err := unix.Listen(fd, 0); err != nil {
		t.Fatal(err)
	}
	for range 10 {
		if err := unix.Connect(open(), &unix.SockaddrUnix{Name: path}); err == unix.EAGAIN {
			return "unix:path=" + path
		}
	}
	t.Fatal("the queue does not fill")
	return ""
}

// program builds the stand-in for awsbroker: the order in which packages are
// initialised is a property of a linked program, and a test binary's is not
// the same.
func program(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "guard")
	if out, err := exec.Command("go", "build", "-o", path, "./testdata/guard").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return path
}

// place is a machine for the program to run on.
type place struct {
	bin  string // the program
	path string // PATH: dbus-launch is here, and leaves a mark when it is run
	mark string
	home string
}

func newPlace(t *testing.T, bin, pin string) place {
	t.Helper()
	dir := t.TempDir()
	p := place{bin: bin, path: filepath.Join(dir, "bin"), mark: filepath.Join(dir, "mark"), home: filepath.Join(dir, "home")}
	state := filepath.Join(p.home, ".local", "state", "awsbroker")
	for _, d := range []string{p.path, state} {
		if err := os.MkdirAll(d, 0o700); err != nil {
			t.Fatal(err)
		}
	}
	launch := "#!/bin/sh\n: >" + p.mark + "\necho DBUS_SESSION_BUS_ADDRESS=unix:path=/nowhere\n"
	if err := os.WriteFile(filepath.Join(p.path, "dbus-launch"), []byte(launch), 0o700); err != nil {
		t.Fatal(err)
	}
	if pin != "" {
		record := `{"version":1,"keystore":"` + pin + `","keys":{"phoebe":{}}}`
		if err := os.WriteFile(filepath.Join(state, "keystore.json"), []byte(record), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return p
}

func (p place) command(address string, args ...string) *exec.Cmd {
	cmd := exec.Command(p.bin, args...)
	cmd.Env = []string{"HOME=" + p.home, "PATH=" + p.path, "XDG_RUNTIME_DIR=" + p.home}
	if address != "" {
		cmd.Env = append(cmd.Env, "DBUS_SESSION_BUS_ADDRESS="+address)
	}
	return cmd
}

// run runs the program, which has to end in time without dbus-launch.
func (p place) run(t *testing.T, limit time.Duration, address string, args ...string) string {
	t.Helper()
	cmd := p.command(address, args...)
	kill := time.AfterFunc(10*time.Second, func() { _ = cmd.Process.Kill() })
	defer kill.Stop()
	begun := time.Now()
	out, err := cmd.CombinedOutput()
	took := time.Since(begun)
	if err != nil {
		t.Errorf("%v: %v\n%s", args, err, out)
	}
	if took > limit {
		t.Errorf("%v took %v, more than %v", args, took, limit)
	}
	if _, err := os.Stat(p.mark); err == nil {
		t.Errorf("%v ran dbus-launch", args)
	}
	return string(out)
}

func TestGuardRunsBeforeGodbus(t *testing.T) {
	bin := program(t)
	var knocks atomic.Int32
	hung := serve(t, filepath.Join(t.TempDir(), "bus"), func(net.Conn, *bufio.Reader) { knocks.Add(1) })
	const limit = 900 * time.Millisecond // of which a probe takes 300

	pinned := newPlace(t, bin, secretService)
	for _, args := range [][]string{{"--help"}, {"version"}, {"list"}, {}, {"--keystore", "file", "login"}} {
		out := pinned.run(t, limit, hung, args...)
		if len(args) == 1 && args[0] == "version" {
			if !strings.HasPrefix(out, "awsbroker ") { // package start says it, before main
				t.Errorf("%v: %s", args, out)
			}
			continue
		}
		if !strings.Contains(out, "address "+deadBus) || !strings.Contains(out, "kwallet 1") {
			t.Errorf("%v: %s", args, out)
		}
	}
	newPlace(t, bin, "file").run(t, limit, hung, "login")
	if n := knocks.Load(); n != 0 {
		t.Errorf("commands that need no bus connected to it %d times", n)
	}
	out := pinned.run(t, limit, hung, "login")
	if strings.Contains(out, secretService) || !strings.Contains(out, "address "+deadBus) {
		t.Errorf("login on a hung bus: %s", out)
	}
	pinned.run(t, limit, "", "login")
	pinned.run(t, limit, "autolaunch:", "login")
	newPlace(t, bin, "").run(t, limit, "", "add", "phoebe")
	newPlace(t, bin, "").run(t, limit, hung, "add", "phoebe")

	if n := knocks.Load(); n != 2 {
		t.Errorf("a hung bus was probed %d times by two commands", n)
	}

	out = pinned.run(t, limit, hung, "login", "show-environ")
	if !strings.Contains(out, "environ DBUS_SESSION_BUS_ADDRESS="+hung+"\n") || strings.Contains(out, "environ DISABLE_KWALLET") {
		t.Errorf("children would not get the true environment: %s", out)
	}
}

func TestGuardLetsALiveBusThrough(t *testing.T) {
	if _, err := exec.LookPath("dbus-daemon"); err != nil {
		if os.Getenv("AWSBROKER_MUST_NOT_SKIP") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	p := newPlace(t, program(t), secretService)
	socket := filepath.Join(p.home, "bus") // where XDG_RUNTIME_DIR points
	bus := exec.Command("dbus-daemon", "--session", "--nofork", "--nopidfile", "--address=unix:path="+socket)
	bus.Stderr = t.Output()
	if err := bus.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bus.Process.Kill(); _ = bus.Wait() })
	for begun := time.Now(); liveBus([]candidate{{"unix:path=" + socket, true}}, time.Now().Add(probeTimeout)) == ""; {
		if time.Since(begun) > 5*time.Second {
			t.Fatal("the bus does not start")
		}
		time.Sleep(10 * time.Millisecond)
	}
	hung := serve(t, filepath.Join(t.TempDir(), "bus"), silent)
	for _, address := range []string{"unix:path=" + socket, "", "autolaunch:", "unix:path=/nowhere;unix:path=" + socket} {
		out := p.run(t, 500*time.Millisecond, address, "login")
		if !strings.Contains(out, secretService) || !strings.Contains(out, "address unix:path="+socket+"\n") {
			t.Errorf("with %q: %s", address, out)
		}
	}
	if out := p.run(t, 500*time.Millisecond, "unix:path="+socket, "list"); strings.Contains(out, secretService) {
		t.Errorf("list opened the bus: %s", out)
	}
	// godbus would stop at the first address that accepts.
	p.run(t, 700*time.Millisecond, hung+";unix:path="+socket, "login")
}

// With strace it can be seen that nothing is started and nothing is connected to.
func TestGuardMakesNoConnection(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		if os.Getenv("AWSBROKER_MUST_NOT_SKIP") == "1" {
			t.Fatal(err)
		}
		t.Skip(err)
	}
	hung := serve(t, filepath.Join(t.TempDir(), "bus"), silent)
	for name, address := range map[string]string{"hung bus": hung, "no bus": ""} {
		t.Run(name, func(t *testing.T) {
			p := newPlace(t, program(t), secretService)
			log := filepath.Join(t.TempDir(), "strace")
			cmd := p.command(address, "-f", "-o", log, "-e", "trace=execve,connect", p.bin, "--help")
			cmd.Path, cmd.Args[0] = strace, strace
			if out, err := cmd.CombinedOutput(); err != nil {
				t.Skipf("strace does not work here: %v\n%s", err, out)
			}
			seen, err := os.ReadFile(log)
			if err != nil {
				t.Fatal(err)
			}
			if n := strings.Count(string(seen), "execve("); n != 1 || strings.Contains(string(seen), "connect(") {
				t.Errorf("it did more than start:\n%s", seen)
			}
		})
	}
}
