package desktop

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

const (
	busPIDVariable      = busVariable + "_PID"
	busServicesVariable = busVariable + "_SERVICES"
)

const busConfig = `<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path=SOCKET</listen>
  <servicedir>SERVICES</servicedir>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
`

// Run runs the tests that match pattern in a second process, on a new bus, and returns
// what it printed.
func Run(t *testing.T, pattern string) string {
	t.Helper()
	Need(t, "dbus-daemon")
	services := ShortDir(t)
	address, pid := startBus(t, services)
	child := exec.Command(os.Args[0], "-test.v", "-test.timeout=90s", "-test.run", pattern, "login") // a command that the guard lets have the bus
	child.Env = append(os.Environ(), busVariable+"=1", busPIDVariable+"="+strconv.Itoa(pid), busServicesVariable+"="+services,
		"DBUS_SESSION_BUS_ADDRESS="+address, "AWSBROKER_KEYSTORE=secret-service", "DISABLE_KWALLET=1", "DISPLAY=", "WAYLAND_DISPLAY=")
	child.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := child.CombinedOutput()
	t.Logf("%s", out)
	if err != nil || !strings.Contains(string(out), "--- PASS") {
		t.Errorf("the tests on the bus failed: %v", err)
	}
	if strings.Contains(string(out), "--- SKIP") {
		t.Skip("a test on the bus was skipped")
	}
	return string(out)
}

// startBus starts a private message bus and gives its address.
func startBus(t *testing.T, services string) (address string, pid int) {
	t.Helper()
	dir := ShortDir(t)
	config := filepath.Join(dir, "bus.conf")
	text := strings.NewReplacer("SOCKET", filepath.Join(dir, "bus"), "SERVICES", services).Replace(busConfig)
	if err := os.WriteFile(config, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	bus := exec.Command("dbus-daemon", "--nofork", "--print-address=1", "--config-file="+config)
	bus.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	bus.Stderr = os.Stderr
	out, err := bus.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := bus.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = bus.Process.Kill(); _ = bus.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line), bus.Process.Pid
}

// Activate lets the bus start a program by a name, to the end of the test.
func Activate(t *testing.T, name, program string) {
	t.Helper()
	file := filepath.Join(os.Getenv(busServicesVariable), name+".service")
	write(t, file, fmt.Appendf(nil, "[D-BUS Service]\nName=%s\nExec=%s\n", name, program))
	reload := func() error {
		return Bus(t).BusObject().Call("org.freedesktop.DBus.ReloadConfig", 0).Err
	}
	t.Cleanup(func() { _ = os.Remove(file); _ = reload() })
	if err := reload(); err != nil {
		t.Fatal(err)
	}
}

// SignalBus sends a signal to the bus of this process.
func SignalBus(t *testing.T, signal syscall.Signal) {
	t.Helper()
	pid, err := strconv.Atoi(os.Getenv(busPIDVariable))
	if err != nil {
		t.Fatal(err)
	}
	if err := syscall.Kill(pid, signal); err != nil {
		t.Fatal(err)
	}
}

// ShortDir is a directory whose path leaves room for a socket's name.
func ShortDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "ab")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	return dir
}

// Need skips the test where a program is not installed, or fails it where
// tests must not skip.
func Need(t *testing.T, program string) {
	t.Helper()
	if _, err := exec.LookPath(program); err == nil {
		return
	}
	if os.Getenv("AWSBROKER_MUST_NOT_SKIP") == "1" {
		t.Fatalf("%s is not installed", program)
	}
	t.Skipf("%s is not installed", program)
}
